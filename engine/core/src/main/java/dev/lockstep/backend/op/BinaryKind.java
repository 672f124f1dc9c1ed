package dev.lockstep.backend.op;

import java.util.function.DoubleBinaryOperator;

/**
 * The element-wise functions of two arguments of one dtype, broadcast against each other. Each carries its definition
 * in f32 and in f64; f32 is rounded after every operation, and its bits are those of {@link ScalarMath} on every
 * backend.
 */
public enum BinaryKind {
    ADD((a, b) -> a + b, (a, b) -> a + b),
    SUB((a, b) -> a - b, (a, b) -> a - b),
    MUL((a, b) -> a * b, (a, b) -> a * b),
    /** Quotient; of integers towards zero, and an error where b is 0. */
    DIV((a, b) -> a / b, (a, b) -> a / b),
    /** Power; in f32 that of f64, rounded. */
    POW((a, b) -> (float) StrictMath.pow(a, b), StrictMath::pow),
    /** Remainder with the sign of the first, as C's fmod; of integers an error where b is 0. */
    FMOD((a, b) -> a % b, (a, b) -> a % b),
    /** Remainder with the sign of the second, as Python's %; of integers an error where b is 0. */
    REMAINDER((a, b) -> (float) DoubleMath.remainder(a, b), DoubleMath::remainder),
    /** Quotient rounded down; of integers an error where b is 0. */
    FLOOR_DIVIDE((a, b) -> (float) DoubleMath.floorDivide(a, b), DoubleMath::floorDivide),
    /** Angle of the point (b, a); in f32 that of f64, rounded. Floats only. */
    ATAN2((a, b) -> (float) StrictMath.atan2(a, b), StrictMath::atan2),
    /** Bits of integers and booleans; not of floats, nor are the next four. */
    BITWISE_AND((a, b) -> Float.NaN, (a, b) -> Double.NaN),
    BITWISE_OR((a, b) -> Float.NaN, (a, b) -> Double.NaN),
    BITWISE_XOR((a, b) -> Float.NaN, (a, b) -> Double.NaN),
    SHIFT_LEFT((a, b) -> Float.NaN, (a, b) -> Double.NaN),
    SHIFT_RIGHT((a, b) -> Float.NaN, (a, b) -> Double.NaN),
    /** The larger; NaN if either is. */
    MAXIMUM((a, b) -> Math.max(a, b), Math::max),
    /** The smaller; NaN if either is. */
    MINIMUM((a, b) -> Math.min(a, b), Math::min),
    /** 1 where equal; boolean, as all comparisons. */
    EQ((a, b) -> a == b ? 1f : 0f, (a, b) -> a == b ? 1 : 0),
    NE((a, b) -> a != b ? 1f : 0f, (a, b) -> a != b ? 1 : 0),
    LT((a, b) -> a < b ? 1f : 0f, (a, b) -> a < b ? 1 : 0),
    LE((a, b) -> a <= b ? 1f : 0f, (a, b) -> a <= b ? 1 : 0),
    GT((a, b) -> a > b ? 1f : 0f, (a, b) -> a > b ? 1 : 0),
    GE((a, b) -> a >= b ? 1f : 0f, (a, b) -> a >= b ? 1 : 0),
    LOGICAL_AND((a, b) -> a != 0 && b != 0 ? 1f : 0f, (a, b) -> a != 0 && b != 0 ? 1 : 0),
    LOGICAL_OR((a, b) -> a != 0 || b != 0 ? 1f : 0f, (a, b) -> a != 0 || b != 0 ? 1 : 0),
    LOGICAL_XOR((a, b) -> a != 0 != (b != 0) ? 1f : 0f, (a, b) -> a != 0 != (b != 0) ? 1 : 0),
    /** Gradient of RELU: (y, g) to {@code y > 0 ? g : 0}; y is the result (or the argument). */
    RELU_GRAD((y, g) -> y > 0 ? g : 0f, (y, g) -> y > 0 ? g : 0),
    /** Gradient of TANH: (y, g) to {@code g * fma(-y, y, 1)}. */
    TANH_GRAD((y, g) -> g * Math.fma(-y, y, 1f), (y, g) -> g * Math.fma(-y, y, 1.0)),
    /** Gradient of SIGMOID: (y, g) to {@code (g * y) * (1 - y)}. */
    SIGMOID_GRAD((y, g) -> g * y * (1f - y), (y, g) -> g * y * (1 - y)),
    /** Gradient of GELU: (x, g). */
    GELU_GRAD(ScalarMath::geluGrad, DoubleMath::geluGrad),
    /** Gradient of GELU_TANH: (x, g). */
    GELU_TANH_GRAD(ScalarMath::geluTanhGrad, DoubleMath::geluTanhGrad),
    /** Gradient of SILU: (x, g). */
    SILU_GRAD(ScalarMath::siluGrad, DoubleMath::siluGrad);

    private final FloatBinary single;
    private final DoubleBinaryOperator twice;

    BinaryKind(FloatBinary single, DoubleBinaryOperator twice) {
        this.single = single;
        this.twice = twice;
    }

    /** Computes the function in f32; a predicate gives 1 or 0. */
    public float apply(float a, float b) {
        return single.apply(a, b);
    }

    /** Computes the function in f64; a predicate gives 1 or 0. */
    public double apply(double a, double b) {
        return twice.applyAsDouble(a, b);
    }

    /** {@return whether the result is boolean} */
    public boolean isPredicate() {
        return ordinal() >= EQ.ordinal() && ordinal() <= LOGICAL_XOR.ordinal();
    }

    /** {@return whether the function is one of bits, which floats do not have} */
    public boolean isBitwise() {
        return ordinal() >= BITWISE_AND.ordinal() && ordinal() <= SHIFT_RIGHT.ordinal();
    }

    /**
     * {@return whether the function is a gradient rule, which needs a floating dtype; all others take integers as well}
     */
    public boolean isGradient() {
        return ordinal() >= RELU_GRAD.ordinal();
    }
}
