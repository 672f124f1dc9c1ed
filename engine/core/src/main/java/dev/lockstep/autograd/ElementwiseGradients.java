package dev.lockstep.autograd;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.backend.op.Elementwise.Binary;
import dev.lockstep.backend.op.Elementwise.BinaryScalar;
import dev.lockstep.backend.op.Elementwise.Cast;
import dev.lockstep.backend.op.Elementwise.Clamp;
import dev.lockstep.backend.op.Elementwise.Copy;
import dev.lockstep.backend.op.Elementwise.Normalize;
import dev.lockstep.backend.op.Elementwise.Unary;
import dev.lockstep.backend.op.Elementwise.Where;
import dev.lockstep.backend.op.UnaryKind;
import org.jspecify.annotations.Nullable;

/** The gradients of element-wise ops: g is the gradient of the result, x the argument, y the result. */
final class ElementwiseGradients {
    private ElementwiseGradients() {}

    static Rule rule(Elementwise op) {
        return switch (op) {
            case Unary unary -> UnaryGradients.rule(unary.kind());
            case Binary binary -> BinaryGradients.rule(binary.kind());
            case BinaryScalar scalar -> scalar(scalar);
            case Clamp clamp -> Rule.ofInput(d -> clamp(d, clamp));
            case Where where -> Rule.of(1, ElementwiseGradients::where);
            case Cast cast -> Rule.linear(d -> d.run(new Cast(d.inputType(0)), d.gradient()));
            case Normalize normalize -> Rule.unsupported();
            case Copy copy -> Rule.linear(Derivation::gradient);
        };
    }

    private static Value clamp(Derivation d, Clamp op) {
        Value above = d.scalar(BinaryKind.GE, d.input(0), op.min());
        Value below = d.scalar(BinaryKind.LE, d.input(0), op.max());
        return d.masked(above, d.masked(below, d.gradient()));
    }

    private static @Nullable Value[] where(Derivation d) {
        Value g = d.gradient();
        Value a = d.needs(1) ? d.sumTo(d.masked(d.input(0), g), d.inputShape(1)) : null;
        Value b = null;
        if (d.needs(2)) {
            Value otherwise = d.unary(UnaryKind.LOGICAL_NOT, d.input(0));
            b = d.sumTo(d.masked(otherwise, g), d.inputShape(2));
        }
        return new @Nullable Value[] {null, a, b};
    }

    private static Rule scalar(BinaryScalar op) {
        double s = op.scalar();
        return switch (op.kind()) {
            case ADD -> Rule.linear(Derivation::gradient);
            case SUB -> Rule.linear(d -> op.scalarFirst() ? d.neg(d.gradient()) : d.gradient());
            case MUL -> Rule.linear(d -> d.mul(d.gradient(), s));
            case DIV ->
                op.scalarFirst()
                        ? Rule.ofInput(d -> d.mul(d.div(d.div(d.gradient(), d.input(0)), d.input(0)), -s))
                        : Rule.linear(d -> d.scalar(BinaryKind.DIV, d.gradient(), s));
            case POW -> op.scalarFirst() ? exponential(s) : power(s);
            case MAXIMUM -> Rule.ofInput(d -> chosen(d, BinaryKind.GT, s));
            case MINIMUM -> Rule.ofInput(d -> chosen(d, BinaryKind.LT, s));
            case FMOD, REMAINDER -> op.scalarFirst() ? Rule.unsupported() : Rule.linear(Derivation::gradient);
            case FLOOR_DIVIDE -> Rule.linear(d -> d.zeros(0));
            case EQ, NE, LT, LE, GT, GE, LOGICAL_AND, LOGICAL_OR, LOGICAL_XOR -> Rule.NONE;
            case BITWISE_AND, BITWISE_OR, BITWISE_XOR, SHIFT_LEFT, SHIFT_RIGHT -> Rule.NONE;
            case ATAN2 -> Rule.unsupported();
            case RELU_GRAD, TANH_GRAD, SIGMOID_GRAD, GELU_GRAD, GELU_TANH_GRAD, SILU_GRAD -> Rule.unsupported();
        };
    }

    /** The gradient of s^x: g y log s. */
    private static Rule exponential(double s) {
        return Rule.ofOutput(d -> d.mul(d.mul(d.gradient(), d.output(0)), Math.log(s)));
    }

    /** The gradient of x^s: g s x^(s - 1), zero for s = 0. */
    private static Rule power(double s) {
        if (s == 0) {
            return Rule.linear(d -> d.zeros(0));
        }
        return Rule.ofInput(d -> {
            Value slope = d.mul(d.scalar(BinaryKind.POW, d.input(0), s - 1), s);
            return d.mul(d.gradient(), slope);
        });
    }

    /** The gradient where x was chosen over a number; half of it where they are equal, as torch does. */
    private static Value chosen(Derivation d, BinaryKind wins, double s) {
        Value g = d.gradient();
        Value won = d.masked(d.scalar(wins, d.input(0), s), g);
        Value even = d.masked(d.scalar(BinaryKind.EQ, d.input(0), s), d.mul(g, 0.5));
        return d.add(won, even);
    }
}
