package dev.lockstep.autograd;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.UnaryKind;
import org.jspecify.annotations.Nullable;

/**
 * The gradients of functions of two arguments a and b; g is the gradient of the result, y the result. Broadcast is
 * summed back.
 */
final class BinaryGradients {
    private static final int A = 1;
    private static final int B = 2;

    private BinaryGradients() {}

    /** Computes the gradient of one input, before broadcast is undone. */
    @FunctionalInterface
    private interface Part {
        Value of(Derivation d);
    }

    static Rule rule(BinaryKind kind) {
        return switch (kind) {
            case ADD -> parts(0, Derivation::gradient, Derivation::gradient);
            case SUB -> parts(0, Derivation::gradient, d -> d.neg(d.gradient()));
            case MUL -> parts(A | B, d -> d.mul(d.gradient(), d.input(1)), d -> d.mul(d.gradient(), d.input(0)));
            case DIV -> parts(A | B, d -> d.div(d.gradient(), d.input(1)), BinaryGradients::divisor);
            case POW -> parts(A | B, BinaryGradients::base, BinaryGradients::exponent);
            case FMOD ->
                parts(
                        A | B,
                        Derivation::gradient,
                        d -> times(d, d.unary(UnaryKind.TRUNC, d.div(d.input(0), d.input(1)))));
            case REMAINDER ->
                parts(
                        A | B,
                        Derivation::gradient,
                        d -> times(d, d.binary(BinaryKind.FLOOR_DIVIDE, d.input(0), d.input(1))));
            case FLOOR_DIVIDE -> parts(0, d -> d.zeros(0), d -> d.zeros(1));
            case ATAN2 -> parts(A | B, d -> angle(d, d.input(1)), d -> angle(d, d.neg(d.input(0))));
            case MAXIMUM -> parts(A | B, d -> chosen(d, BinaryKind.GT), d -> chosen(d, BinaryKind.LT));
            case MINIMUM -> parts(A | B, d -> chosen(d, BinaryKind.LT), d -> chosen(d, BinaryKind.GT));
            case EQ, NE, LT, LE, GT, GE, LOGICAL_AND, LOGICAL_OR, LOGICAL_XOR -> Rule.NONE;
            case BITWISE_AND, BITWISE_OR, BITWISE_XOR, SHIFT_LEFT, SHIFT_RIGHT -> Rule.NONE;
            case RELU_GRAD -> parts(A, d -> d.zeros(0), d -> again(d, kind));
            case TANH_GRAD -> parts(A | B, BinaryGradients::tanhSecond, d -> again(d, kind));
            case SIGMOID_GRAD -> parts(A | B, BinaryGradients::sigmoidSecond, d -> again(d, kind));
            case GELU_GRAD, GELU_TANH_GRAD, SILU_GRAD -> Rule.unsupported();
        };
    }

    private static Rule parts(long saved, Part a, Part b) {
        return Rule.of(saved, d -> new @Nullable Value[] {part(d, 0, a), part(d, 1, b)});
    }

    private static @Nullable Value part(Derivation d, int input, Part part) {
        return d.needs(input) ? d.sumTo(part.of(d), d.inputShape(input)) : null;
    }

    /** {@code -g quotient}. */
    private static Value times(Derivation d, Value quotient) {
        return d.neg(d.mul(d.gradient(), quotient));
    }

    /** {@code g side / (a^2 + b^2)}. */
    private static Value angle(Derivation d, Value side) {
        Value square = d.add(d.unary(UnaryKind.SQUARE, d.input(0)), d.unary(UnaryKind.SQUARE, d.input(1)));
        return d.div(d.mul(d.gradient(), side), square);
    }

    /** {@code -g a / b / b}. */
    private static Value divisor(Derivation d) {
        Value quotient = d.div(d.div(d.input(0), d.input(1)), d.input(1));
        return d.neg(d.mul(d.gradient(), quotient));
    }

    /** {@code g b a^(b - 1)}, zero where b is. */
    private static Value base(Derivation d) {
        Value b = d.input(1);
        Value slope = d.mul(b, d.binary(BinaryKind.POW, d.input(0), d.add(b, -1)));
        return d.masked(d.scalar(BinaryKind.NE, b, 0), d.mul(d.gradient(), slope));
    }

    /** {@code g a^b log a}, zero where a is. */
    private static Value exponent(Derivation d) {
        Value a = d.input(0);
        Value slope = d.mul(d.binary(BinaryKind.POW, a, d.input(1)), d.unary(UnaryKind.LOG, a));
        return d.masked(d.scalar(BinaryKind.NE, a, 0), d.mul(d.gradient(), slope));
    }

    /** The gradient where one argument won; half of it where both are equal, as torch does. */
    private static Value chosen(Derivation d, BinaryKind wins) {
        Value g = d.gradient();
        Value won = d.masked(d.binary(wins, d.input(0), d.input(1)), g);
        Value even = d.masked(d.binary(BinaryKind.EQ, d.input(0), d.input(1)), d.mul(g, 0.5));
        return d.add(won, even);
    }

    /** The gradient for the second argument of an op that is linear in it: the op itself. */
    private static Value again(Derivation d, BinaryKind kind) {
        return d.binary(kind, d.input(0), d.gradient());
    }

    /** The gradient of {@code b (1 - a^2)} for a: {@code -2 g a b}. */
    private static Value tanhSecond(Derivation d) {
        return d.mul(d.mul(d.gradient(), d.mul(d.input(0), d.input(1))), -2);
    }

    /** The gradient of {@code b a (1 - a)} for a: {@code g b (1 - 2 a)}. */
    private static Value sigmoidSecond(Derivation d) {
        Value slope = d.add(d.mul(d.input(0), -2), 1);
        return d.mul(d.gradient(), d.mul(d.input(1), slope));
    }
}
