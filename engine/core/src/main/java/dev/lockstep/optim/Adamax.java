package dev.lockstep.optim;

import dev.lockstep.backend.op.Update;
import dev.lockstep.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Adamax (Kingma and Ba 2015, section 7.1), as torch's: {@code m = b1 m + (1 - b1) g; u = max(b2 u, |g| + eps); p -= lr
 * / (1 - b1^t) m / u}.
 */
public final class Adamax extends Optimizer {
    /**
     * The options.
     *
     * @param lr learning rate
     * @param beta1 decay of the running mean
     * @param beta2 decay of the running mean of the square
     * @param eps keeps the divisor from zero
     * @param weightDecay added to the gradient, times the parameter
     */
    public record Config(double lr, double beta1, double beta2, double eps, double weightDecay) {
        /** torch's defaults. */
        public static final Config DEFAULT = new Config(2e-3, 0.9, 0.999, 1e-8, 0);

        /** Checks that the numbers are in their ranges. */
        public Config {
            Options.notNegative("Adamax", "lr", lr);
            Options.share("Adamax", "beta1", beta1);
            Options.share("Adamax", "beta2", beta2);
            Options.notNegative("Adamax", "eps", eps);
            Options.notNegative("Adamax", "weightDecay", weightDecay);
        }

        /** {@return these options with another value: learning rate} */
        public Config lr(double other) {
            return new Config(other, beta1, beta2, eps, weightDecay);
        }

        /** {@return these options with other decays of the running means} */
        public Config betas(double first, double second) {
            return new Config(lr, first, second, eps, weightDecay);
        }

        /** {@return these options with another value: keeps the divisor from zero} */
        public Config eps(double other) {
            return new Config(lr, beta1, beta2, other, weightDecay);
        }

        /** {@return these options with another value: added to the gradient, times the parameter} */
        public Config weightDecay(double other) {
            return new Config(lr, beta1, beta2, eps, other);
        }
    }

    /** Makes an optimizer of parameters that share their options. */
    public Adamax(List<Tensor> parameters, UnaryOperator<Config> options) {
        this(List.of(group(parameters, options)));
    }

    private Adamax(List<ParameterGroup<Config>> groups) {
        super(Options.rules(groups, Adamax::rule));
    }

    /** Makes an optimizer of several groups with options of their own. */
    public static Adamax ofGroups(List<ParameterGroup<Config>> groups) {
        return new Adamax(groups);
    }

    /** Makes a group for {@link #ofGroups}. */
    public static ParameterGroup<Config> group(List<Tensor> parameters, UnaryOperator<Config> options) {
        return new ParameterGroup<>(parameters, options.apply(Config.DEFAULT));
    }

    private static UpdateRule rule(Tensor parameter, Config c) {
        return new HistoryRule(
                parameter,
                c.lr(),
                List.of("exp_avg", "exp_inf"),
                (rate, step) -> new Update.Adamax(
                        rate / (1 - StrictMath.pow(c.beta1(), (double) step)),
                        c.beta1(),
                        c.beta2(),
                        c.eps(),
                        c.weightDecay()));
    }
}
