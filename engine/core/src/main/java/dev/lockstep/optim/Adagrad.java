package dev.lockstep.optim;

import dev.lockstep.backend.op.Update;
import dev.lockstep.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Adagrad (Duchi et al. 2011), as torch's: {@code g += weightDecay p; s += g^2; p -= lr / (1 + (t - 1) lrDecay) g /
 * (sqrt(s) + eps)}.
 */
public final class Adagrad extends Optimizer {
    /**
     * The options.
     *
     * @param lr learning rate
     * @param lrDecay how fast the learning rate falls
     * @param eps keeps the divisor from zero
     * @param weightDecay added to the gradient, times the parameter
     */
    public record Config(double lr, double lrDecay, double eps, double weightDecay) {
        /** torch's defaults. */
        public static final Config DEFAULT = new Config(1e-2, 0, 1e-10, 0);

        /** Checks that the numbers are in their ranges. */
        public Config {
            Options.notNegative("Adagrad", "lr", lr);
            Options.notNegative("Adagrad", "lrDecay", lrDecay);
            Options.notNegative("Adagrad", "eps", eps);
            Options.notNegative("Adagrad", "weightDecay", weightDecay);
        }

        /** {@return these options with another value: learning rate} */
        public Config lr(double other) {
            return new Config(other, lrDecay, eps, weightDecay);
        }

        /** {@return these options with another value: how fast the learning rate falls} */
        public Config lrDecay(double other) {
            return new Config(lr, other, eps, weightDecay);
        }

        /** {@return these options with another value: keeps the divisor from zero} */
        public Config eps(double other) {
            return new Config(lr, lrDecay, other, weightDecay);
        }

        /** {@return these options with another value: added to the gradient, times the parameter} */
        public Config weightDecay(double other) {
            return new Config(lr, lrDecay, eps, other);
        }
    }

    /** Makes an optimizer of parameters that share their options. */
    public Adagrad(List<Tensor> parameters, UnaryOperator<Config> options) {
        this(List.of(group(parameters, options)));
    }

    private Adagrad(List<ParameterGroup<Config>> groups) {
        super(Options.rules(groups, Adagrad::rule));
    }

    /** Makes an optimizer of several groups with options of their own. */
    public static Adagrad ofGroups(List<ParameterGroup<Config>> groups) {
        return new Adagrad(groups);
    }

    /** Makes a group for {@link #ofGroups}. */
    public static ParameterGroup<Config> group(List<Tensor> parameters, UnaryOperator<Config> options) {
        return new ParameterGroup<>(parameters, options.apply(Config.DEFAULT));
    }

    private static UpdateRule rule(Tensor parameter, Config c) {
        return new HistoryRule(
                parameter,
                c.lr(),
                List.of("sum"),
                (rate, step) -> new Update.Adagrad(rate / (1 + (step - 1) * c.lrDecay()), c.eps(), c.weightDecay()));
    }
}
