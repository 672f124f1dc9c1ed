package dev.lockstep.optim;

import dev.lockstep.backend.op.Update;
import dev.lockstep.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * RMSprop (Hinton 2012, lecture 6e), as torch's: {@code g += weightDecay p; s = alpha s + (1 - alpha) g^2; d = g /
 * (sqrt(s - a^2) + eps); b = momentum b + d; p -= lr b}, with a the running mean of g where centered, else 0.
 */
public final class RMSprop extends Optimizer {
    /**
     * The options.
     *
     * @param lr learning rate
     * @param alpha decay of the running mean of the square
     * @param eps keeps the divisor from zero
     * @param weightDecay added to the gradient, times the parameter
     * @param momentum how much of the last step goes on
     * @param centered whether the square of the mean is taken off
     */
    public record Config(double lr, double alpha, double eps, double weightDecay, double momentum, boolean centered) {
        /** torch's defaults. */
        public static final Config DEFAULT = new Config(1e-2, 0.99, 1e-8, 0, 0, false);

        /** Checks that the numbers are in their ranges. */
        public Config {
            Options.notNegative("RMSprop", "lr", lr);
            Options.notNegative("RMSprop", "eps", eps);
            Options.notNegative("RMSprop", "weightDecay", weightDecay);
            Options.notNegative("RMSprop", "momentum", momentum);
            Options.share("RMSprop", "alpha", alpha);
        }

        /** {@return these options with another value: learning rate} */
        public Config lr(double other) {
            return new Config(other, alpha, eps, weightDecay, momentum, centered);
        }

        /** {@return these options with another value: decay of the running mean of the square} */
        public Config alpha(double other) {
            return new Config(lr, other, eps, weightDecay, momentum, centered);
        }

        /** {@return these options with another value: keeps the divisor from zero} */
        public Config eps(double other) {
            return new Config(lr, alpha, other, weightDecay, momentum, centered);
        }

        /** {@return these options with another value: added to the gradient, times the parameter} */
        public Config weightDecay(double other) {
            return new Config(lr, alpha, eps, other, momentum, centered);
        }

        /** {@return these options with another value: how much of the last step goes on} */
        public Config momentum(double other) {
            return new Config(lr, alpha, eps, weightDecay, other, centered);
        }

        /** {@return these options with another value: whether the square of the mean is taken off} */
        public Config centered(boolean other) {
            return new Config(lr, alpha, eps, weightDecay, momentum, other);
        }
    }

    /** Makes an optimizer of parameters that share their options. */
    public RMSprop(List<Tensor> parameters, UnaryOperator<Config> options) {
        this(List.of(group(parameters, options)));
    }

    private RMSprop(List<ParameterGroup<Config>> groups) {
        super(Options.rules(groups, RMSprop::rule));
    }

    /** Makes an optimizer of several groups with options of their own. */
    public static RMSprop ofGroups(List<ParameterGroup<Config>> groups) {
        return new RMSprop(groups);
    }

    /** Makes a group for {@link #ofGroups}. */
    public static ParameterGroup<Config> group(List<Tensor> parameters, UnaryOperator<Config> options) {
        return new ParameterGroup<>(parameters, options.apply(Config.DEFAULT));
    }

    private static UpdateRule rule(Tensor parameter, Config c) {
        List<String> names = new ArrayList<>(List.of("square_avg"));
        if (c.centered()) {
            names.add("grad_avg");
        }
        if (c.momentum() > 0) {
            names.add("momentum_buffer");
        }
        return new HistoryRule(
                parameter,
                c.lr(),
                names,
                (rate, step) ->
                        new Update.RmsProp(rate, c.alpha(), c.eps(), c.weightDecay(), c.momentum(), c.centered()));
    }
}
