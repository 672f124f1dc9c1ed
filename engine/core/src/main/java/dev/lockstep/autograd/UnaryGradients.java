package dev.lockstep.autograd;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.UnaryKind;

/** The gradients of functions of one argument: g is the gradient of the result, x the argument, y the result. */
final class UnaryGradients {
    private static final double TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);
    private static final double LN2 = Math.log(2);
    private static final double LN10 = Math.log(10);
    private static final double ROOT_HALF = Math.sqrt(0.5);
    private static final double NORMAL_DENSITY = 1 / Math.sqrt(2 * Math.PI);
    private static final double GELU_INNER = Math.sqrt(2 / Math.PI);
    private static final double GELU_CUBE = 0.044715;

    private UnaryGradients() {}

    static Rule rule(UnaryKind kind) {
        return switch (kind) {
            case NEG -> Rule.linear(d -> d.neg(d.gradient()));
            case ABS -> Rule.ofInput(d -> d.mul(d.gradient(), d.unary(UnaryKind.SIGN, d.input(0))));
            case EXP -> Rule.ofOutput(d -> d.mul(d.gradient(), d.output(0)));
            case EXPM1 -> Rule.ofOutput(d -> d.mul(d.gradient(), d.add(d.output(0), 1)));
            case LOG1P -> Rule.ofInput(d -> d.div(d.gradient(), d.add(d.input(0), 1)));
            case LOG2 -> Rule.ofInput(d -> d.div(d.gradient(), d.mul(d.input(0), LN2)));
            case LOG10 -> Rule.ofInput(d -> d.div(d.gradient(), d.mul(d.input(0), LN10)));
            case TAN -> Rule.ofOutput(d -> d.mul(d.gradient(), d.add(d.unary(UnaryKind.SQUARE, d.output(0)), 1)));
            case ASIN -> Rule.ofInput(d -> d.mul(d.gradient(), arc(d)));
            case ACOS -> Rule.ofInput(d -> d.neg(d.mul(d.gradient(), arc(d))));
            case ATAN -> Rule.ofInput(d -> d.div(d.gradient(), d.add(d.unary(UnaryKind.SQUARE, d.input(0)), 1)));
            case SINH -> Rule.ofInput(d -> d.mul(d.gradient(), d.unary(UnaryKind.COSH, d.input(0))));
            case COSH -> Rule.ofInput(d -> d.mul(d.gradient(), d.unary(UnaryKind.SINH, d.input(0))));
            case LOG -> Rule.ofInput(d -> d.div(d.gradient(), d.input(0)));
            case SQRT -> Rule.ofOutput(d -> d.div(d.mul(d.gradient(), 0.5), d.output(0)));
            case RSQRT -> Rule.ofOutput(UnaryGradients::rsqrt);
            case RECIPROCAL -> Rule.ofOutput(d -> d.neg(d.mul(d.gradient(), d.unary(UnaryKind.SQUARE, d.output(0)))));
            case SQUARE -> Rule.ofInput(d -> d.mul(d.gradient(), d.mul(d.input(0), 2)));
            case SIN -> Rule.ofInput(d -> d.mul(d.gradient(), d.unary(UnaryKind.COS, d.input(0))));
            case COS -> Rule.ofInput(d -> d.neg(d.mul(d.gradient(), d.unary(UnaryKind.SIN, d.input(0)))));
            case TANH -> Rule.ofOutput(d -> d.binary(BinaryKind.TANH_GRAD, d.output(0), d.gradient()));
            case SIGMOID -> Rule.ofOutput(d -> d.binary(BinaryKind.SIGMOID_GRAD, d.output(0), d.gradient()));
            case ERF -> Rule.ofInput(UnaryGradients::erf);
            case ERFINV -> Rule.ofOutput(UnaryGradients::erfinv);
            case LGAMMA -> Rule.ofInput(d -> d.mul(d.gradient(), d.unary(UnaryKind.DIGAMMA, d.input(0))));
            case DIGAMMA -> Rule.ofInput(d -> d.mul(d.gradient(), d.unary(UnaryKind.TRIGAMMA, d.input(0))));
            case TRIGAMMA -> Rule.ofInput(d -> d.mul(d.gradient(), d.unary(UnaryKind.TETRAGAMMA, d.input(0))));
            case TETRAGAMMA -> Rule.unsupported();
            case RELU -> Rule.ofOutput(d -> d.binary(BinaryKind.RELU_GRAD, d.output(0), d.gradient()));
            case GELU -> Rule.ofInput(d -> fusedOr(d, BinaryKind.GELU_GRAD, geluSlope(d)));
            case GELU_TANH -> Rule.ofInput(d -> fusedOr(d, BinaryKind.GELU_TANH_GRAD, geluTanhSlope(d)));
            case SILU -> Rule.ofInput(d -> fusedOr(d, BinaryKind.SILU_GRAD, siluSlope(d)));
            case SIGN, FLOOR, CEIL, ROUND, TRUNC -> Rule.linear(d -> d.zeros(0));
            case IS_NAN, IS_INF, IS_FINITE, LOGICAL_NOT, BITWISE_NOT -> Rule.NONE;
        };
    }

    /** {@code -g y^3 / 2}. */
    private static Value rsqrt(Derivation d) {
        Value y = d.output(0);
        return d.mul(d.mul(d.gradient(), d.mul(d.unary(UnaryKind.SQUARE, y), y)), -0.5);
    }

    /** {@code 1 / sqrt(1 - x^2)}. */
    private static Value arc(Derivation d) {
        return d.unary(UnaryKind.RSQRT, d.add(d.neg(d.unary(UnaryKind.SQUARE, d.input(0))), 1));
    }

    /** {@code g 2 / sqrt(pi) e^(-x^2)}. */
    private static Value erf(Derivation d) {
        Value density = d.unary(UnaryKind.EXP, d.neg(d.unary(UnaryKind.SQUARE, d.input(0))));
        return d.mul(d.gradient(), d.mul(density, TWO_OVER_ROOT_PI));
    }

    /** {@code g sqrt(pi) / 2 e^(y^2)}. */
    private static Value erfinv(Derivation d) {
        Value growth = d.unary(UnaryKind.EXP, d.unary(UnaryKind.SQUARE, d.output(0)));
        return d.mul(d.gradient(), d.mul(growth, 1 / TWO_OVER_ROOT_PI));
    }

    /**
     * Takes the fused gradient; while the gradient is recorded, {@code g * slope} from ops that have gradients
     * themselves.
     */
    private static Value fusedOr(Derivation d, BinaryKind fused, Slope slope) {
        return d.isRecording() ? d.mul(d.gradient(), slope.of(d.input(0))) : d.binary(fused, d.input(0), d.gradient());
    }

    /** The derivative of a function at x, as a chain of ops. */
    @FunctionalInterface
    private interface Slope {
        Value of(Value x);
    }

    /** {@code (1 + erf(x / sqrt 2)) / 2 + x e^(-x^2 / 2) / sqrt(2 pi)}. */
    private static Slope geluSlope(Derivation d) {
        return x -> {
            Value cumulative = d.mul(d.add(d.unary(UnaryKind.ERF, d.mul(x, ROOT_HALF)), 1), 0.5);
            Value density = d.mul(d.unary(UnaryKind.EXP, d.mul(d.unary(UnaryKind.SQUARE, x), -0.5)), NORMAL_DENSITY);
            return d.add(cumulative, d.mul(x, density));
        };
    }

    /** {@code (1 + t) / 2 + x (1 - t^2) u' / 2} with {@code t = tanh(u), u = sqrt(2 / pi) (x + 0.044715 x^3)}. */
    private static Slope geluTanhSlope(Derivation d) {
        return x -> {
            Value square = d.unary(UnaryKind.SQUARE, x);
            Value inner = d.mul(d.mul(x, d.add(d.mul(square, GELU_CUBE), 1)), GELU_INNER);
            Value t = d.unary(UnaryKind.TANH, inner);
            Value innerSlope = d.mul(d.add(d.mul(square, 3 * GELU_CUBE), 1), GELU_INNER);
            Value outerSlope = d.add(d.neg(d.unary(UnaryKind.SQUARE, t)), 1);
            Value second = d.mul(d.mul(x, d.mul(outerSlope, innerSlope)), 0.5);
            return d.add(d.mul(d.add(t, 1), 0.5), second);
        };
    }

    /** {@code s (1 + x (1 - s))} with {@code s = sigmoid(x)}. */
    private static Slope siluSlope(Derivation d) {
        return x -> {
            Value s = d.unary(UnaryKind.SIGMOID, x);
            Value rest = d.add(d.neg(s), 1);
            return d.mul(s, d.add(d.mul(x, rest), 1));
        };
    }
}
