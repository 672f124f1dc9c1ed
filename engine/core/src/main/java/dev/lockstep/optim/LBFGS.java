package dev.lockstep.optim;

import dev.lockstep.autograd.GradMode;
import dev.lockstep.layout.DType;
import dev.lockstep.tensor.Gradients;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Limited-memory BFGS (Nocedal and Wright 2006, algorithm 7.4) without a line search, as torch's with its defaults:
 * each {@link #step} computes the loss several times and moves all parameters together. Not an {@link Optimizer}: it
 * needs the loss itself, and all gradients of the job. Confined to one thread.
 */
public final class LBFGS {
    /** A curvature below this is not remembered. */
    private static final double LEAST_CURVATURE = 1e-10;

    private final List<Tensor> parameters;
    private final Config config;
    private final Deque<Pair> history = new ArrayDeque<>();
    private double[] direction = new double[0];
    private double[] lastGradient = new double[0];
    private double lastRate;
    private double scale = 1;
    private long iterations;

    /**
     * The options.
     *
     * @param lr length of a step, in the units of the direction
     * @param iterations the most steps of one call
     * @param gradientTolerance ends a call when no element of the gradient is larger
     * @param changeTolerance ends a call when neither loss nor parameters change by more
     * @param historySize how many differences are remembered
     */
    public record Config(double lr, int iterations, double gradientTolerance, double changeTolerance, int historySize) {
        /** torch's defaults: learning rate 1, 20 iterations, tolerances 1e-7 and 1e-9, history 100. */
        public static final Config DEFAULT = new Config(1, 20, 1e-7, 1e-9, 100);

        /** Checks that rate and tolerances are not negative. */
        public Config {
            Options.notNegative("LBFGS", "lr", lr);
            Options.notNegative("LBFGS", "gradientTolerance", gradientTolerance);
            Options.notNegative("LBFGS", "changeTolerance", changeTolerance);
        }

        /** {@return these options with another learning rate} */
        public Config lr(double rate) {
            return new Config(rate, iterations, gradientTolerance, changeTolerance, historySize);
        }

        /** {@return these options with another number of iterations a call} */
        public Config iterations(int most) {
            return new Config(lr, most, gradientTolerance, changeTolerance, historySize);
        }

        /** {@return these options with another size of the history} */
        public Config historySize(int size) {
            return new Config(lr, iterations, gradientTolerance, changeTolerance, size);
        }
    }

    /** How the gradient changed over a step. */
    private static final class Pair {
        private final double[] move;
        private final double[] change;
        private final double inverse;

        Pair(double[] move, double[] change, double curvature) {
            this.move = move;
            this.change = change;
            this.inverse = 1 / curvature;
        }
    }

    /** Makes an optimizer of parameters. */
    public LBFGS(List<Tensor> parameters, UnaryOperator<Config> options) {
        this.parameters = List.copyOf(parameters);
        this.config = options.apply(Config.DEFAULT);
    }

    /**
     * Moves the parameters, computing the loss after each move, and gives the loss before the first.
     *
     * @param loss computes the loss anew from the parameters; called at least once
     */
    public double step(Supplier<Tensor> loss) {
        double[] gradient = new double[flat(parameters).length];
        double first = evaluate(loss, gradient);
        double current = first;
        for (int i = 0; i < config.iterations() && largest(gradient) > config.gradientTolerance(); i++) {
            advance(gradient);
            double slope = dot(gradient, direction);
            double moved = largest(direction) * lastRate;
            lastGradient = gradient.clone();
            if (slope > -config.changeTolerance()) {
                break;
            }
            move();
            double before = current;
            current = i + 1 < config.iterations() ? evaluate(loss, gradient) : current;
            if (moved <= config.changeTolerance() || Math.abs(current - before) < config.changeTolerance()) {
                break;
            }
        }
        return first;
    }

    /** Chooses the next direction and how far to go. */
    private void advance(double[] gradient) {
        iterations++;
        if (iterations == 1) {
            direction = negated(gradient);
            lastRate = Math.min(1, 1 / sumOfMagnitudes(gradient)) * config.lr();
            return;
        }
        remember(gradient);
        direction = direction(gradient);
        lastRate = config.lr();
    }

    private void remember(double[] gradient) {
        double[] change = new double[gradient.length];
        double[] moved = new double[gradient.length];
        for (int i = 0; i < change.length; i++) {
            change[i] = gradient[i] - lastGradient[i];
            moved[i] = direction[i] * lastRate;
        }
        double curvature = dot(change, moved);
        if (curvature > LEAST_CURVATURE) {
            if (history.size() == config.historySize()) {
                history.removeFirst();
            }
            history.addLast(new Pair(moved, change, curvature));
            scale = curvature / dot(change, change);
        }
    }

    /** The two loops over the history. */
    private double[] direction(double[] gradient) {
        double[] q = negated(gradient);
        double[] shares = new double[history.size()];
        List<Pair> pairs = new ArrayList<>(history);
        for (int k = pairs.size() - 1; k >= 0; k--) {
            shares[k] = dot(pairs.get(k).move, q) * pairs.get(k).inverse;
            addTo(q, pairs.get(k).change, -shares[k]);
        }
        for (int i = 0; i < q.length; i++) {
            q[i] *= scale;
        }
        for (int k = 0; k < pairs.size(); k++) {
            double share = dot(pairs.get(k).change, q) * pairs.get(k).inverse;
            addTo(q, pairs.get(k).move, shares[k] - share);
        }
        return q;
    }

    private double evaluate(Supplier<Tensor> loss, double[] gradient) {
        try (var _ = Scope.open("LBFGS");
                var _ = GradMode.enableGrad()) {
            Tensor value = loss.get();
            double number = value.item();
            Gradients gradients = value.backward();
            int next = 0;
            for (Tensor parameter : parameters) {
                double[] part = gradients
                        .find(parameter)
                        .map(Tensor::toDoubleArray)
                        .orElseGet(() -> new double[Math.toIntExact(parameter.numel())]);
                System.arraycopy(part, 0, gradient, next, part.length);
                next += part.length;
            }
            return number;
        }
    }

    private void move() {
        double[] all = flat(parameters);
        addTo(all, direction, lastRate);
        int next = 0;
        try (var _ = GradMode.noGrad();
                var _ = Scope.open("LBFGS")) {
            for (Tensor parameter : parameters) {
                int count = Math.toIntExact(parameter.numel());
                double[] part = Arrays.copyOfRange(all, next, next + count);
                parameter.copy_(
                        Tensors.of(part, DType.F64, parameter.shape().toArray()).to(parameter.dtype()));
                next += count;
            }
        }
    }

    private static double[] flat(List<Tensor> tensors) {
        return tensors.stream()
                .flatMapToDouble(tensor -> Arrays.stream(tensor.toDoubleArray()))
                .toArray();
    }

    private static double[] negated(double[] x) {
        double[] result = new double[x.length];
        addTo(result, x, -1);
        return result;
    }

    private static void addTo(double[] target, double[] x, double factor) {
        for (int i = 0; i < target.length; i++) {
            target[i] += factor * x[i];
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double largest(double[] x) {
        double largest = 0;
        for (double number : x) {
            largest = Math.max(largest, Math.abs(number));
        }
        return largest;
    }

    private static double sumOfMagnitudes(double[] x) {
        double sum = 0;
        for (double number : x) {
            sum += Math.abs(number);
        }
        return sum;
    }
}
