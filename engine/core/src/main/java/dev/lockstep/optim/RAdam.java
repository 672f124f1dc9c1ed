package dev.lockstep.optim;

import dev.lockstep.backend.op.Update;
import dev.lockstep.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * RAdam (Liu et al. 2020), as torch's: Adam whose step is rectified for the variance of the running square, and which
 * is plain momentum as long as that variance is not known.
 */
public final class RAdam extends Optimizer {
    /** Shorter histories have no variance of their own. */
    private static final double LEAST_LENGTH = 5;

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
        public static final Config DEFAULT = new Config(1e-3, 0.9, 0.999, 1e-8, 0);

        /** Checks that the numbers are in their ranges. */
        public Config {
            Options.notNegative("RAdam", "lr", lr);
            Options.share("RAdam", "beta1", beta1);
            Options.share("RAdam", "beta2", beta2);
            Options.notNegative("RAdam", "eps", eps);
            Options.notNegative("RAdam", "weightDecay", weightDecay);
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
    public RAdam(List<Tensor> parameters, UnaryOperator<Config> options) {
        this(List.of(group(parameters, options)));
    }

    private RAdam(List<ParameterGroup<Config>> groups) {
        super(Options.rules(groups, RAdam::rule));
    }

    /** Makes an optimizer of several groups with options of their own. */
    public static RAdam ofGroups(List<ParameterGroup<Config>> groups) {
        return new RAdam(groups);
    }

    /** Makes a group for {@link #ofGroups}. */
    public static ParameterGroup<Config> group(List<Tensor> parameters, UnaryOperator<Config> options) {
        return new ParameterGroup<>(parameters, options.apply(Config.DEFAULT));
    }

    private static UpdateRule rule(Tensor parameter, Config c) {
        return new HistoryRule(
                parameter, c.lr(), List.of("exp_avg", "exp_avg_sq"), (rate, step) -> update(c, rate, (double) step));
    }

    private static Update update(Config c, double rate, double step) {
        double power = StrictMath.pow(c.beta2(), step);
        double longest = 2 / (1 - c.beta2()) - 1;
        double length = longest - 2 * step * power / (1 - power);
        double corrected = rate / (1 - StrictMath.pow(c.beta1(), step));
        if (length <= LEAST_LENGTH) {
            return new Update.Moments(c.beta1(), c.beta2(), c.weightDecay(), 0, corrected, 0, c.eps());
        }
        double known = (length - 4) * (length - 2) * longest;
        double rectified = Math.sqrt(known / ((longest - 4) * (longest - 2) * length));
        double scale = corrected * rectified * Math.sqrt(1 - power);
        return new Update.Moments(c.beta1(), c.beta2(), c.weightDecay(), 0, scale, 1, c.eps());
    }
}
