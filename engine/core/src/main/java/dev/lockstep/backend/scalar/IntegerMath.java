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
            case FLOOR, CEIL, ROUND, TRUNC -> x;
            case RELU -> Math.max(x, 0);
            case IS_NAN, IS_INF -> 0;
            case IS_FINITE -> 1;
            case LOGICAL_NOT -> x == 0 ? 1 : 0;
            case BITWISE_NOT -> ~x;
            case EXP, EXPM1, LOG, LOG1P, LOG2, LOG10, SQRT, RSQRT, RECIPROCAL, SIN, COS, TAN, ASIN, ACOS, ATAN ->
                throw new AssertionError(kind + " of an integer");
            case SINH, COSH, TANH, SIGMOID, ERF, GELU, GELU_TANH, SILU ->
                throw new AssertionError(kind + " of an integer");
            case ERFINV, LGAMMA, DIGAMMA, TRIGAMMA, TETRAGAMMA -> throw new AssertionError(kind + " of an integer");
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
            case LOGICAL_XOR -> bit(a != 0 ^ b != 0);
            case FMOD -> a % b;
            case REMAINDER -> Math.floorMod(a, b);
            case FLOOR_DIVIDE -> Math.floorDiv(a, b);
            case BITWISE_AND -> a & b;
            case BITWISE_OR -> a | b;
            case BITWISE_XOR -> a ^ b;
            case SHIFT_LEFT -> b < 0 || b >= Long.SIZE ? 0 : a << b;
            case SHIFT_RIGHT -> a >> (b < 0 || b >= Long.SIZE ? Long.SIZE - 1 : b);
            case ATAN2 -> throw new AssertionError(kind + " of integers");
            case RELU_GRAD, TANH_GRAD, SIGMOID_GRAD, GELU_GRAD, GELU_TANH_GRAD, SILU_GRAD ->
                throw new AssertionError(kind + " of integers");
        };
    }

    /** {@return whether the integers have no quotient or no power} */
    static boolean dividesByZero(BinaryKind kind, long a, long b) {
        boolean divides = switch (kind) {
            case DIV, FMOD, REMAINDER, FLOOR_DIVIDE -> true;
            case ADD, SUB, MUL, POW, ATAN2, MAXIMUM, MINIMUM, EQ, NE, LT, LE, GT, GE -> false;
            case LOGICAL_AND, LOGICAL_OR, LOGICAL_XOR -> false;
            case BITWISE_AND, BITWISE_OR, BITWISE_XOR, SHIFT_LEFT, SHIFT_RIGHT -> false;
            case RELU_GRAD, TANH_GRAD, SIGMOID_GRAD, GELU_GRAD, GELU_TANH_GRAD, SILU_GRAD -> false;
        };
        return (divides && b == 0) || (kind == BinaryKind.POW && a == 0 && b < 0);
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
