package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.UnaryKind;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/**
 * Functions of so many operations that the compiler would not inline them into one loop: a block of a thousand numbers
 * passes through several short loops while it stays in the cache. What is stored between two stages is an f32 anyway,
 * so no bit changes.
 */
final class StagedKernels {
    private static final UnaryKernel EXP = ApartLoops.of((LaneUnary) LaneMath::exp);
    private static final UnaryKernel SIGMOID = ApartLoops.of((LaneUnary) LaneMath::sigmoid);
    private static final BinaryKernel MUL = ApartLoops.of((LaneBinary) FloatVector::mul);

    private StagedKernels() {}

    /** One block's computation: {@code x} and {@code y} may be the same place, the scratch lies elsewhere. */
    @FunctionalInterface
    private interface Stages {
        void run(long x, long y, Scratch scratch, long count);
    }

    /** The same with two arguments. */
    @FunctionalInterface
    private interface BinaryStages {
        void run(long x, long g, long y, long count);
    }

    /** {@return the kernel of a function that comes in stages, or null} */
    static @Nullable UnaryKernel of(UnaryKind kind) {
        return switch (kind) {
            case TANH -> tanh();
            case ERF -> erf();
            case GELU -> gelu();
            case GELU_TANH -> geluTanh();
            case SILU ->
                blocks((x, y, scratch, count) -> {
                    long s = scratch.stage(0);
                    SIGMOID.run(x, s, count);
                    MUL.run(x, s, y, count);
                });
            case NEG, ABS, SIGN, EXP, LOG, SQRT, RSQRT, RECIPROCAL, SQUARE, SIN, COS, SIGMOID, FLOOR, CEIL, RELU ->
                null;
            case EXPM1, LOG1P, LOG2, LOG10, TAN, ASIN, ACOS, ATAN, SINH, COSH, ROUND, TRUNC -> null;
            case ERFINV, LGAMMA, DIGAMMA, TRIGAMMA, TETRAGAMMA -> null;
            case IS_NAN, IS_INF, IS_FINITE, LOGICAL_NOT, BITWISE_NOT -> null;
        };
    }

    /** {@return the kernel of a function that comes in stages, or null} */
    static @Nullable BinaryKernel of(BinaryKind kind) {
        return switch (kind) {
            case GELU_GRAD -> geluGrad();
            case GELU_TANH_GRAD -> geluTanhGrad();
            case SILU_GRAD -> siluGrad();
            case ADD, SUB, MUL, DIV, POW, MAXIMUM, MINIMUM, EQ, NE, LT, LE, GT, GE, LOGICAL_AND, LOGICAL_OR -> null;
            case FMOD, REMAINDER, FLOOR_DIVIDE, ATAN2, LOGICAL_XOR -> null;
            case BITWISE_AND, BITWISE_OR, BITWISE_XOR, SHIFT_LEFT, SHIFT_RIGHT -> null;
            case RELU_GRAD, TANH_GRAD, SIGMOID_GRAD -> null;
        };
    }

    private static UnaryKernel tanh() {
        UnaryKernel exp = ApartLoops.of((LaneUnary) LaneMath::tanhExp);
        BinaryKernel rest = ApartLoops.of((LaneBinary) LaneMath::tanh);
        return blocks((x, y, scratch, count) -> {
            exp.run(x, scratch.stage(0), count);
            rest.run(x, scratch.stage(0), y, count);
        });
    }

    private static UnaryKernel erf() {
        UnaryKernel exponent = ApartLoops.of((LaneUnary) LaneMath::erfExponent);
        BinaryKernel rest = ApartLoops.of((LaneBinary) LaneMath::erf);
        return blocks((x, y, scratch, count) -> {
            exponent.run(x, scratch.stage(0), count);
            EXP.run(scratch.stage(0), scratch.stage(0), count);
            rest.run(x, scratch.stage(0), y, count);
        });
    }

    private static UnaryKernel gelu() {
        UnaryKernel exp = ApartLoops.of((LaneUnary) LaneMath::geluExp);
        BinaryKernel rest = ApartLoops.of((LaneBinary) LaneMath::gelu);
        return blocks((x, y, scratch, count) -> {
            exp.run(x, scratch.stage(0), count);
            rest.run(x, scratch.stage(0), y, count);
        });
    }

    private static UnaryKernel geluTanh() {
        UnaryKernel argument = ApartLoops.of((LaneUnary) LaneMath::geluTanhArgument);
        return blocks((x, y, scratch, count) -> {
            long s = scratch.stage(0);
            argument.run(x, s, count);
            SIGMOID.run(s, s, count);
            MUL.run(x, s, y, count);
        });
    }

    private static BinaryKernel geluGrad() {
        UnaryKernel exp = ApartLoops.of((LaneUnary) LaneMath::geluExp);
        TernaryKernel rest = ApartLoops.of((LaneTernary) LaneMath::geluGrad);
        return binaryBlocks((x, g, y, count) -> {
            long e = Scratch.current().stage(0);
            exp.run(x, e, count);
            rest.run(x, e, g, y, count);
        });
    }

    private static BinaryKernel geluTanhGrad() {
        UnaryKernel argument = ApartLoops.of((LaneUnary) LaneMath::geluTanhArgument);
        BinaryKernel slope = ApartLoops.of((LaneBinary) LaneMath::geluTanhSlope);
        return binaryBlocks((x, g, y, count) -> {
            long s = Scratch.current().stage(0);
            argument.run(x, s, count);
            SIGMOID.run(s, s, count);
            slope.run(x, s, s, count);
            MUL.run(g, s, y, count);
        });
    }

    private static BinaryKernel siluGrad() {
        BinaryKernel factor = ApartLoops.of((LaneBinary) LaneMath::siluFactor);
        return binaryBlocks((x, g, y, count) -> {
            Scratch scratch = Scratch.current();
            long s = scratch.stage(0);
            long f = scratch.stage(1);
            SIGMOID.run(x, s, count);
            factor.run(x, s, f, count);
            MUL.run(g, s, s, count);
            MUL.run(s, f, y, count);
        });
    }

    private static UnaryKernel blocks(Stages stages) {
        return (x, y, count) -> {
            Scratch scratch = Scratch.current();
            for (long start = 0; start < count; start += Scratch.BLOCK) {
                long offset = start * Float.BYTES;
                stages.run(x + offset, y + offset, scratch, Math.min(Scratch.BLOCK, count - start));
            }
        };
    }

    private static BinaryKernel binaryBlocks(BinaryStages stages) {
        return (x, g, y, count) -> {
            for (long start = 0; start < count; start += Scratch.BLOCK) {
                long offset = start * Float.BYTES;
                stages.run(x + offset, g + offset, y + offset, Math.min(Scratch.BLOCK, count - start));
            }
        };
    }
}
