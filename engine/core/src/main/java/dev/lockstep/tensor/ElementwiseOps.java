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
    private static final double SOFTPLUS_THRESHOLD = 20;

    private ElementwiseOps() {}

    static Tensor unary(UnaryKind kind, Tensor x) {
        return Engine.run(new Unary(kind), isReal(kind) ? floating(x) : x);
    }

    /** {@return whether a function gives fractions for whole arguments} */
    private static boolean isReal(UnaryKind kind) {
        return switch (kind) {
            case EXP, LOG, SQRT, RSQRT, RECIPROCAL, SIN, COS, TANH, SIGMOID, ERF, GELU, GELU_TANH, SILU -> true;
            case NEG, ABS, SIGN, SQUARE, FLOOR, CEIL, RELU, IS_NAN, IS_FINITE, LOGICAL_NOT -> false;
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

    static Tensor clamp(Tensor x, double min, double max) {
        return Engine.run(new Clamp(min, max), x);
    }

    static Tensor leakyRelu(Tensor x, double slope) {
        return where(x.gt(0), x, x.mul(slope));
    }

    static Tensor elu(Tensor x, double alpha) {
        return where(x.gt(0), x, x.clampMax(0).exp().sub(1.0).mul(alpha));
    }

    static Tensor softplus(Tensor x) {
        Tensor bounded = floating(x).clampMax(SOFTPLUS_THRESHOLD).exp().add(1.0).log();
        return where(x.gt(SOFTPLUS_THRESHOLD), floating(x), bounded);
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
