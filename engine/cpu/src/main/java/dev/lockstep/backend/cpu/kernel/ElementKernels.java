package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.UnaryKind;
import java.util.concurrent.atomic.AtomicReferenceArray;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import org.jspecify.annotations.Nullable;

/** The loops for the element-wise functions, each made on first use. See Note [Compiled apart]. Thread-safe. */
final class ElementKernels {
    private static final AtomicReferenceArray<@Nullable UnaryKernel> UNARY =
            new AtomicReferenceArray<>(UnaryKind.values().length);
    private static final AtomicReferenceArray<@Nullable BinaryKernel> BINARY =
            new AtomicReferenceArray<>(BinaryKind.values().length);

    private ElementKernels() {}

    /** {@return the loop for a function, or null where there is none} */
    static @Nullable UnaryKernel of(UnaryKind kind) {
        UnaryKernel known = UNARY.get(kind.ordinal());
        if (known != null) {
            return known;
        }
        @Nullable LaneUnary function = lanes(kind);
        @Nullable UnaryKernel made = function == null ? StagedKernels.of(kind) : ApartLoops.of(function);
        UNARY.compareAndSet(kind.ordinal(), null, made);
        return UNARY.get(kind.ordinal());
    }

    /** {@return the loop for a function, or null where there is none} */
    static @Nullable BinaryKernel of(BinaryKind kind) {
        BinaryKernel known = BINARY.get(kind.ordinal());
        if (known != null) {
            return known;
        }
        @Nullable LaneBinary function = lanes(kind);
        @Nullable BinaryKernel made = function == null ? StagedKernels.of(kind) : ApartLoops.of(function);
        BINARY.compareAndSet(kind.ordinal(), null, made);
        return BINARY.get(kind.ordinal());
    }

    private static @Nullable LaneUnary lanes(UnaryKind kind) {
        return switch (kind) {
            case NEG -> FloatVector::neg;
            case ABS -> FloatVector::abs;
            case SIGN -> LaneMath::sign;
            case EXP -> LaneMath::exp;
            case LOG -> LaneMath::log;
            case SQRT -> FloatVector::sqrt;
            case RSQRT -> x -> Lanes.all(1f).div(x.sqrt());
            case RECIPROCAL -> x -> Lanes.all(1f).div(x);
            case SQUARE -> x -> x.mul(x);
            case SIGMOID -> LaneMath::sigmoid;
            case RELU -> LaneMath::relu;
            case TANH, ERF, GELU, GELU_TANH, SILU -> null; // In stages.
            case EXPM1, LOG1P, LOG2, LOG10, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH -> null;
            case ERFINV, LGAMMA, DIGAMMA, TRIGAMMA, TETRAGAMMA -> null;
            case FLOOR, CEIL, ROUND, TRUNC, IS_NAN, IS_INF, IS_FINITE, LOGICAL_NOT, BITWISE_NOT -> null;
        };
    }

    private static @Nullable LaneBinary lanes(BinaryKind kind) {
        return switch (kind) {
            case ADD -> FloatVector::add;
            case SUB -> FloatVector::sub;
            case MUL -> FloatVector::mul;
            case DIV -> FloatVector::div;
            case MAXIMUM -> (a, b) -> a.lanewise(VectorOperators.MAX, b);
            case MINIMUM -> (a, b) -> a.lanewise(VectorOperators.MIN, b);
            case RELU_GRAD -> LaneMath::reluGrad;
            case TANH_GRAD -> (y, g) -> g.mul(y.neg().fma(y, Lanes.all(1f)));
            case SIGMOID_GRAD -> (y, g) -> g.mul(y).mul(Lanes.all(1f).sub(y));
            case GELU_GRAD, GELU_TANH_GRAD, SILU_GRAD -> null; // In stages.
            case POW, FMOD, REMAINDER, FLOOR_DIVIDE, ATAN2, EQ, NE, LT, LE, GT, GE -> null;
            case LOGICAL_AND, LOGICAL_OR, LOGICAL_XOR -> null;
            case BITWISE_AND, BITWISE_OR, BITWISE_XOR, SHIFT_LEFT, SHIFT_RIGHT -> null;
        };
    }
}
