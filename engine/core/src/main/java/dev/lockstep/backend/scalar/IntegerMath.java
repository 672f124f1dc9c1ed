package dev.lockstep.backend.scalar;

import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.UnaryKind;

/**
 * The element-wise functions of integers, in 64 bits with wrap-around; narrower results are cut when they are stored.
 */
final class IntegerMath {
    private IntegerMath() {}

    static long apply(UnaryKind kind, long x) {
        return switch (kind) {
            case NEG -> -x;
            case ABS -> Math.abs(x);
            case SIGN -> Long.signum(x);
            case SQUARE -> x * x;
            case FLOOR, CEIL -> x;
            case RELU -> Math.max(x, 0);
            case IS_NAN -> 0;
            case IS_FINITE -> 1;
            case LOGICAL_NOT -> x == 0 ? 1 : 0;
            case EXP, LOG, SQRT, RSQRT, RECIPROCAL, SIN, COS, TANH, SIGMOID, ERF, GELU, GELU_TANH, SILU ->
                throw new AssertionError(kind + " of an integer");
        };
    }

    /** Computes f(a, b); {@link #dividesByZero} was asked first. */
    static long apply(BinaryKind kind, long a, long b) {
        return switch (kind) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case POW -> power(a, b);
            case MAXIMUM -> Math.max(a, b);
            case MINIMUM -> Math.min(a, b);
            case EQ -> bit(a == b);
            case NE -> bit(a != b);
            case LT -> bit(a < b);
            case LE -> bit(a <= b);
            case GT -> bit(a > b);
            case GE -> bit(a >= b);
            case LOGICAL_AND -> bit(a != 0 && b != 0);
            case LOGICAL_OR -> bit(a != 0 || b != 0);
            case RELU_GRAD, TANH_GRAD, SIGMOID_GRAD, GELU_GRAD, GELU_TANH_GRAD, SILU_GRAD ->
                throw new AssertionError(kind + " of integers");
        };
    }

    /** {@return whether the integers have no quotient or no power} */
    static boolean dividesByZero(BinaryKind kind, long a, long b) {
        return (kind == BinaryKind.DIV && b == 0) || (kind == BinaryKind.POW && a == 0 && b < 0);
    }

    private static long bit(boolean set) {
        return set ? 1 : 0;
    }

    private static long power(long base, long exponent) {
        if (exponent < 0) { // Only 1 and -1 have integral reciprocals; others give 0.
            return base == 1 ? 1 : base == -1 ? (exponent % 2 == 0 ? 1 : -1) : 0;
        }
        long result = 1;
        long square = base;
        for (long rest = exponent; rest > 0; rest >>= 1) {
            result *= (rest & 1) == 1 ? square : 1;
            square *= square;
        }
        return result;
    }
}
