package dev.lockstep.tensor;

import dev.lockstep.backend.op.UnaryKind;
import dev.lockstep.layout.DType;

/** The element-wise methods of {@link Tensor} with one argument. Functions of real numbers turn integers into F32. */
public sealed interface ElementwiseMethods permits Tensor {
    /** Gives {@code -x}, element by element. */
    default Tensor neg() {
        return ElementwiseOps.unary(UnaryKind.NEG, (Tensor) this);
    }

    /** Gives {@code |x|}, element by element. */
    default Tensor abs() {
        return ElementwiseOps.unary(UnaryKind.ABS, (Tensor) this);
    }

    /** Gives -1, 0 or 1, element by element. */
    default Tensor sign() {
        return ElementwiseOps.unary(UnaryKind.SIGN, (Tensor) this);
    }

    /** Gives {@code e^x}, element by element. */
    default Tensor exp() {
        return ElementwiseOps.unary(UnaryKind.EXP, (Tensor) this);
    }

    /** Gives the natural logarithm, element by element. */
    default Tensor log() {
        return ElementwiseOps.unary(UnaryKind.LOG, (Tensor) this);
    }

    /** Gives the square root, element by element. */
    default Tensor sqrt() {
        return ElementwiseOps.unary(UnaryKind.SQRT, (Tensor) this);
    }

    /** Gives {@code 1 / sqrt(x)}, element by element. */
    default Tensor rsqrt() {
        return ElementwiseOps.unary(UnaryKind.RSQRT, (Tensor) this);
    }

    /** Gives {@code 1 / x}, element by element. */
    default Tensor reciprocal() {
        return ElementwiseOps.unary(UnaryKind.RECIPROCAL, (Tensor) this);
    }

    /** Gives {@code x^2}, element by element. */
    default Tensor square() {
        return ElementwiseOps.unary(UnaryKind.SQUARE, (Tensor) this);
    }

    /** Gives the sine, element by element. */
    default Tensor sin() {
        return ElementwiseOps.unary(UnaryKind.SIN, (Tensor) this);
    }

    /** Gives the cosine, element by element. */
    default Tensor cos() {
        return ElementwiseOps.unary(UnaryKind.COS, (Tensor) this);
    }

    /** Gives the hyperbolic tangent, element by element. */
    default Tensor tanh() {
        return ElementwiseOps.unary(UnaryKind.TANH, (Tensor) this);
    }

    /** Gives {@code 1 / (1 + e^-x)}, element by element. */
    default Tensor sigmoid() {
        return ElementwiseOps.unary(UnaryKind.SIGMOID, (Tensor) this);
    }

    /** Gives the error function, element by element. */
    default Tensor erf() {
        return ElementwiseOps.unary(UnaryKind.ERF, (Tensor) this);
    }

    /** Gives the inverse of the error function, element by element: infinite at -1 and 1, NaN beyond. */
    default Tensor erfinv() {
        return ElementwiseOps.unary(UnaryKind.ERFINV, (Tensor) this);
    }

    /** Gives the logarithm of the gamma function's magnitude, element by element. */
    default Tensor lgamma() {
        return ElementwiseOps.unary(UnaryKind.LGAMMA, (Tensor) this);
    }

    /**
     * Gives the logarithmic derivative of the gamma function, element by element; its gradient is {@link #trigamma}.
     */
    default Tensor digamma() {
        return ElementwiseOps.unary(UnaryKind.DIGAMMA, (Tensor) this);
    }

    /** Gives the derivative of {@link #digamma}, element by element: {@code polygamma(1, x)}. */
    default Tensor trigamma() {
        return ElementwiseOps.unary(UnaryKind.TRIGAMMA, (Tensor) this);
    }

    /** Gives the largest whole number not above, element by element. */
    default Tensor floor() {
        return ElementwiseOps.unary(UnaryKind.FLOOR, (Tensor) this);
    }

    /** Gives the smallest whole number not below, element by element. */
    default Tensor ceil() {
        return ElementwiseOps.unary(UnaryKind.CEIL, (Tensor) this);
    }

    /** Gives {@code max(x, 0)}; NaN stays NaN, element by element. */
    default Tensor relu() {
        return ElementwiseOps.unary(UnaryKind.RELU, (Tensor) this);
    }

    /** Gives {@code x (1 + erf(x / sqrt 2)) / 2}, element by element. */
    default Tensor gelu() {
        return ElementwiseOps.unary(UnaryKind.GELU, (Tensor) this);
    }

    /** Gives GELU in its tanh form, element by element. */
    default Tensor geluTanh() {
        return ElementwiseOps.unary(UnaryKind.GELU_TANH, (Tensor) this);
    }

    /** Gives {@code x sigmoid(x)}, element by element. */
    default Tensor silu() {
        return ElementwiseOps.unary(UnaryKind.SILU, (Tensor) this);
    }

    /** Gives true where NaN, element by element. */
    default Tensor isNan() {
        return ElementwiseOps.unary(UnaryKind.IS_NAN, (Tensor) this);
    }

    /** Gives true where neither infinite nor NaN, element by element. */
    default Tensor isFinite() {
        return ElementwiseOps.unary(UnaryKind.IS_FINITE, (Tensor) this);
    }

    /** Gives true where zero, element by element. */
    default Tensor logicalNot() {
        return ElementwiseOps.unary(UnaryKind.LOGICAL_NOT, (Tensor) this);
    }

    /** Gives {@code e^x - 1}, exact near 0, element by element. */
    default Tensor expm1() {
        return ElementwiseOps.unary(UnaryKind.EXPM1, (Tensor) this);
    }

    /** Gives {@code log(1 + x)}, exact near 0, element by element. */
    default Tensor log1p() {
        return ElementwiseOps.unary(UnaryKind.LOG1P, (Tensor) this);
    }

    /** Gives the logarithm to base 2, element by element. */
    default Tensor log2() {
        return ElementwiseOps.unary(UnaryKind.LOG2, (Tensor) this);
    }

    /** Gives the logarithm to base 10, element by element. */
    default Tensor log10() {
        return ElementwiseOps.unary(UnaryKind.LOG10, (Tensor) this);
    }

    /** Gives the tangent, element by element. */
    default Tensor tan() {
        return ElementwiseOps.unary(UnaryKind.TAN, (Tensor) this);
    }

    /** Gives the arc sine, element by element. */
    default Tensor asin() {
        return ElementwiseOps.unary(UnaryKind.ASIN, (Tensor) this);
    }

    /** Gives the arc cosine, element by element. */
    default Tensor acos() {
        return ElementwiseOps.unary(UnaryKind.ACOS, (Tensor) this);
    }

    /** Gives the arc tangent, element by element. */
    default Tensor atan() {
        return ElementwiseOps.unary(UnaryKind.ATAN, (Tensor) this);
    }

    /** Gives the hyperbolic sine, element by element. */
    default Tensor sinh() {
        return ElementwiseOps.unary(UnaryKind.SINH, (Tensor) this);
    }

    /** Gives the hyperbolic cosine, element by element. */
    default Tensor cosh() {
        return ElementwiseOps.unary(UnaryKind.COSH, (Tensor) this);
    }

    /** Gives the nearest whole number, halves to even, element by element. */
    default Tensor round() {
        return ElementwiseOps.unary(UnaryKind.ROUND, (Tensor) this);
    }

    /** Gives the whole number next towards zero, element by element. */
    default Tensor trunc() {
        return ElementwiseOps.unary(UnaryKind.TRUNC, (Tensor) this);
    }

    /** Gives true where infinite, element by element. */
    default Tensor isInf() {
        return ElementwiseOps.unary(UnaryKind.IS_INF, (Tensor) this);
    }

    /** Gives the bits of an integer turned, the other boolean, element by element. */
    default Tensor bitwiseNot() {
        boolean isTruth = ((Tensor) this).dtype() == DType.BOOL;
        return ElementwiseOps.unary(isTruth ? UnaryKind.LOGICAL_NOT : UnaryKind.BITWISE_NOT, (Tensor) this);
    }

    /** Gives what is behind the point: {@code x - trunc(x)}. */
    default Tensor frac() {
        return ((Tensor) this).sub(trunc());
    }

    /** Limits to {@code [min, max]}; NaN stays NaN. */
    default Tensor clamp(double min, double max) {
        return ElementwiseOps.clamp((Tensor) this, min, max);
    }

    /** Raises what is below {@code min} to it. */
    default Tensor clampMin(double min) {
        return ElementwiseOps.clamp((Tensor) this, min, Double.POSITIVE_INFINITY);
    }

    /** Lowers what is above {@code max} to it. */
    default Tensor clampMax(double max) {
        return ElementwiseOps.clamp((Tensor) this, Double.NEGATIVE_INFINITY, max);
    }

    /** Limits to tensors of bounds, broadcast to this; where they cross, {@code max} wins. */
    default Tensor clamp(Tensor min, Tensor max) {
        return maxOf(min).minimum(max);
    }

    private Tensor maxOf(Tensor min) {
        return ((Tensor) this).maximum(min);
    }

    /** Converts to another dtype; this tensor itself if it has that dtype. */
    default Tensor to(DType dtype) {
        return ElementwiseOps.to((Tensor) this, dtype);
    }

    /** Copies into C order; this tensor itself if it lies so. */
    default Tensor contiguous() {
        return ElementwiseOps.contiguous((Tensor) this);
    }
}
