package dev.lockstep.tensor;

import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.backend.op.Elementwise.Binary;
import dev.lockstep.backend.op.Elementwise.BinaryScalar;
import dev.lockstep.backend.op.Elementwise.Cast;
import dev.lockstep.backend.op.Elementwise.Clamp;
import dev.lockstep.backend.op.Elementwise.Copy;
import dev.lockstep.backend.op.Elementwise.Unary;
import dev.lockstep.backend.op.Elementwise.Where;
import dev.lockstep.backend.op.UnaryKind;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Promotion;

/** The element-wise functions: promotion of dtypes, then one op. */
final class ElementwiseOps {
    private ElementwiseOps() {}

    static Tensor unary(UnaryKind kind, Tensor x) {
        return Engine.run(new Unary(kind), isReal(kind) ? floating(x) : x);
    }

    /** {@return whether a function gives fractions for whole arguments} */
    private static boolean isReal(UnaryKind kind) {
        return switch (kind) {
            case EXP, EXPM1, LOG, LOG1P, LOG2, LOG10, SQRT, RSQRT, RECIPROCAL -> true;
            case SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH -> true;
            case SIGMOID, ERF, GELU, GELU_TANH, SILU -> true;
            case ERFINV, LGAMMA, DIGAMMA, TRIGAMMA, TETRAGAMMA -> true;
            case NEG, ABS, SIGN, SQUARE, FLOOR, CEIL, ROUND, TRUNC, RELU -> false;
            case IS_NAN, IS_INF, IS_FINITE, LOGICAL_NOT, BITWISE_NOT -> false;
        };
    }

    static Tensor binary(BinaryKind kind, Tensor a, Tensor b) {
        DType common = Promotion.of(a.dtype(), a.rank(), b.dtype(), b.rank());
        return Engine.run(new Binary(kind), to(a, common), to(b, common));
    }

    static Tensor div(Tensor a, Tensor b) {
        DType common = Promotion.withDouble(Promotion.of(a.dtype(), a.rank(), b.dtype(), b.rank()));
        return Engine.run(new Binary(BinaryKind.DIV), to(a, common), to(b, common));
    }

    static Tensor logical(BinaryKind kind, Tensor a, Tensor b) {
        return Engine.run(new Binary(kind), to(a, DType.BOOL), to(b, DType.BOOL));
    }

    static Tensor scalar(BinaryKind kind, Tensor x, double number) {
        boolean staysWhole = kind.isPredicate() && number == Math.rint(number);
        DType common = staysWhole ? Promotion.withLong(x.dtype()) : Promotion.withDouble(x.dtype());
        return Engine.run(new BinaryScalar(kind, number, false), to(x, common));
    }

    static Tensor scalar(BinaryKind kind, Tensor x, long number) {
        return Engine.run(new BinaryScalar(kind, number, false), to(x, Promotion.withLong(x.dtype())));
    }

    static Tensor scalarFirst(BinaryKind kind, double number, Tensor x) {
        boolean staysWhole = kind != BinaryKind.DIV && number == Math.rint(number);
        DType common = staysWhole ? Promotion.withLong(x.dtype()) : Promotion.withDouble(x.dtype());
        return Engine.run(new BinaryScalar(kind, number, true), to(x, common));
    }

    static Tensor where(Tensor condition, Tensor a, Tensor b) {
        DType common = Promotion.of(a.dtype(), a.rank(), b.dtype(), b.rank());
        return Engine.run(new Where(), to(condition, DType.BOOL), to(a, common), to(b, common));
    }

    static Tensor maskedFill(Tensor x, Tensor mask, double fill) {
        return where(mask, Tensors.full(fill, x.dtype()), x);
    }

    static Tensor lerp(Tensor start, Tensor end, double weight) {
        return start.add(end.sub(start).mul(weight));
    }

    static Tensor lerp(Tensor start, Tensor end, Tensor weight) {
        return start.add(end.sub(start).mul(weight));
    }

    /** {@return {@code x + factor * other}, without a product for 1} */
    static Tensor plus(Tensor x, Tensor other, double factor) {
        boolean whole = factor == Math.rint(factor);
        return factor == 1 ? x.add(other) : x.add(whole ? other.mul((long) factor) : other.mul(factor));
    }

    static Tensor div(Tensor a, Tensor b, Rounding rounding) {
        if (rounding == Rounding.FLOOR) {
            return binary(BinaryKind.FLOOR_DIVIDE, a, b);
        }
        DType common = Promotion.of(a.dtype(), a.rank(), b.dtype(), b.rank());
        return common.isFloating() ? div(a, b).trunc() : binary(BinaryKind.DIV, a, b);
    }

    /** Functions that only floats have: integers become F32. */
    static Tensor real(BinaryKind kind, Tensor a, Tensor b) {
        return binary(kind, floating(a), floating(b));
    }

    /** {@code log(e^a + e^b)}; the larger is taken out first. */
    static Tensor logAddExp(Tensor a, Tensor b) {
        Tensor larger = a.maximum(b);
        Tensor same = a.eq(b).logicalAnd(a.isInf());
        Tensor distance = where(same, Tensors.full(0, larger.dtype()), a.sub(b)).abs();
        return larger.add(distance.neg().exp().log1p());
    }

    static Tensor clamp(Tensor x, double min, double max) {
        return Engine.run(new Clamp(min, max), x);
    }

    static Tensor to(Tensor x, DType dtype) {
        return x.dtype() == dtype ? x : Engine.run(new Cast(dtype), x);
    }

    static Tensor contiguous(Tensor x) {
        return x.isContiguous() ? x : Engine.run(new Copy(Elementwise.Copy.Order.CONTIGUOUS), x);
    }

    static Tensor floating(Tensor x) {
        return to(x, Promotion.withDouble(x.dtype()));
    }
}
