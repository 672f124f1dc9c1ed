package dev.lockstep.backend.op;

import java.util.function.DoubleUnaryOperator;

/**
 * The element-wise functions of one argument. Each carries its definition in f32 and in f64; f32 is rounded after every
 * operation, and its bits are those of {@link ScalarMath} on every backend.
 */
public enum UnaryKind {
    NEG(x -> -x, x -> -x),
    ABS(x -> Math.abs(x), x -> Math.abs(x)),
    /** -1, 0 or 1; zeros and NaN stay what they are. */
    SIGN(x -> x > 0 ? 1f : x < 0 ? -1f : x, x -> x > 0 ? 1 : x < 0 ? -1 : x),
    EXP(ScalarMath::exp, StrictMath::exp),
    /** {@code e^x - 1} without loss near 0; in f32 that of f64, rounded, as the next four are. */
    EXPM1(x -> (float) StrictMath.expm1(x), StrictMath::expm1),
    LOG(ScalarMath::log, StrictMath::log),
    /** {@code log(1 + x)} without loss near 0. */
    LOG1P(x -> (float) StrictMath.log1p(x), StrictMath::log1p),
    LOG2(x -> (float) DoubleMath.log2(x), DoubleMath::log2),
    LOG10(x -> (float) StrictMath.log10(x), StrictMath::log10),
    SQRT(x -> (float) Math.sqrt(x), Math::sqrt),
    /** {@code 1 / sqrt(x)}, two roundings. */
    RSQRT(x -> 1f / (float) Math.sqrt(x), x -> 1 / Math.sqrt(x)),
    RECIPROCAL(x -> 1f / x, x -> 1 / x),
    SQUARE(x -> x * x, x -> x * x),
    SIN(ScalarMath::sin, StrictMath::sin),
    COS(ScalarMath::cos, StrictMath::cos),
    /** Tangent; in f32 that of f64, rounded, as the next five are. */
    TAN(x -> (float) StrictMath.tan(x), StrictMath::tan),
    ASIN(x -> (float) StrictMath.asin(x), StrictMath::asin),
    ACOS(x -> (float) StrictMath.acos(x), StrictMath::acos),
    ATAN(x -> (float) StrictMath.atan(x), StrictMath::atan),
    SINH(x -> (float) StrictMath.sinh(x), StrictMath::sinh),
    COSH(x -> (float) StrictMath.cosh(x), StrictMath::cosh),
    TANH(ScalarMath::tanh, StrictMath::tanh),
    SIGMOID(ScalarMath::sigmoid, DoubleMath::sigmoid),
    ERF(ScalarMath::erf, DoubleMath::erf),
    /** The inverse of {@link #ERF}; in f32 that of f64, rounded, as the next four are. */
    ERFINV(x -> (float) SpecialMath.erfinv(x), SpecialMath::erfinv),
    /** {@code log |gamma(x)|}. */
    LGAMMA(x -> (float) SpecialMath.lgamma(x), SpecialMath::lgamma),
    DIGAMMA(x -> (float) SpecialMath.digamma(x), SpecialMath::digamma),
    /** The derivative of {@link #DIGAMMA}. */
    TRIGAMMA(x -> (float) SpecialMath.trigamma(x), SpecialMath::trigamma),
    /** The derivative of {@link #TRIGAMMA}. */
    TETRAGAMMA(x -> (float) SpecialMath.tetragamma(x), SpecialMath::tetragamma),
    FLOOR(x -> (float) Math.floor(x), Math::floor),
    CEIL(x -> (float) Math.ceil(x), Math::ceil),
    /** To the nearest whole number, halves to the even one. */
    ROUND(x -> (float) Math.rint(x), Math::rint),
    /** The whole number next towards zero. */
    TRUNC(x -> (float) (x < 0 ? Math.ceil(x) : Math.floor(x)), x -> x < 0 ? Math.ceil(x) : Math.floor(x)),
    /** {@code x <= 0 ? 0 : x}: NaN stays NaN, -0 becomes 0. */
    RELU(x -> x <= 0 ? 0f : x, x -> x <= 0 ? 0 : x),
    /** Exact GELU: {@code x * (1 + erf(x / sqrt 2)) / 2}. */
    GELU(ScalarMath::gelu, DoubleMath::gelu),
    /** GELU by tanh: {@code x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3)))}. */
    GELU_TANH(ScalarMath::geluTanh, DoubleMath::geluTanh),
    SILU(ScalarMath::silu, DoubleMath::silu),
    IS_NAN(x -> Float.isNaN(x) ? 1f : 0f, x -> Double.isNaN(x) ? 1 : 0),
    IS_INF(x -> Float.isInfinite(x) ? 1f : 0f, x -> Double.isInfinite(x) ? 1 : 0),
    IS_FINITE(x -> Math.abs(x) <= Float.MAX_VALUE ? 1f : 0f, x -> Math.abs(x) <= Double.MAX_VALUE ? 1 : 0),
    LOGICAL_NOT(x -> x == 0 ? 1f : 0f, x -> x == 0 ? 1 : 0),
    /** All bits of an integer turned; of nothing else. */
    BITWISE_NOT(x -> Float.NaN, x -> Double.NaN);

    private final FloatUnary single;
    private final DoubleUnaryOperator twice;

    UnaryKind(FloatUnary single, DoubleUnaryOperator twice) {
        this.single = single;
        this.twice = twice;
    }

    /** Computes the function in f32; a predicate gives 1 or 0. */
    public float apply(float x) {
        return single.apply(x);
    }

    /** Computes the function in f64; a predicate gives 1 or 0. */
    public double apply(double x) {
        return twice.applyAsDouble(x);
    }

    /** {@return whether the result is boolean whatever the argument's dtype} */
    public boolean isPredicate() {
        return this == IS_NAN || this == IS_INF || this == IS_FINITE || this == LOGICAL_NOT;
    }

    /** {@return whether the function takes integers as well; all others need a floating dtype} */
    public boolean takesIntegers() {
        return switch (this) {
            case NEG, ABS, SIGN, SQUARE, FLOOR, CEIL, ROUND, TRUNC, RELU -> true;
            case IS_NAN, IS_INF, IS_FINITE, LOGICAL_NOT, BITWISE_NOT -> true;
            case EXP, EXPM1, LOG, LOG1P, LOG2, LOG10, SQRT, RSQRT, RECIPROCAL -> false;
            case SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH -> false;
            case SIGMOID, ERF, GELU, GELU_TANH, SILU -> false;
            case ERFINV, LGAMMA, DIGAMMA, TRIGAMMA, TETRAGAMMA -> false;
        };
    }

    /** {@return whether the function takes floats} */
    public boolean takesFloats() {
        return this != BITWISE_NOT;
    }
}
