package dev.lockstep.optim;

import dev.lockstep.backend.op.Update;
import dev.lockstep.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * NAdam (Dozat 2016), as torch's: Adam with Nesterov's momentum, whose share {@code mu_t = b1 (1 - 0.96^(t
 * momentumDecay) / 2)} grows with the steps.
 */
public final class NAdam extends Optimizer {
    /**
     * The options.
     *
     * @param lr learning rate
     * @param beta1 decay of the running mean
     * @param beta2 decay of the running mean of the square
     * @param eps keeps the divisor from zero
     * @param weightDecay added to the gradient, times the parameter
     * @param momentumDecay how fast the share of the momentum grows
     */
    public record Config(double lr, double beta1, double beta2, double eps, double weightDecay, double momentumDecay) {
        /** torch's defaults. */
        public static final Config DEFAULT = new Config(2e-3, 0.9, 0.999, 1e-8, 0, 4e-3);

        /** Checks that the numbers are in their ranges. */
        public Config {
            Options.notNegative("NAdam", "lr", lr);
            Options.share("NAdam", "beta1", beta1);
            Options.share("NAdam", "beta2", beta2);
            Options.notNegative("NAdam", "eps", eps);
            Options.notNegative("NAdam", "weightDecay", weightDecay);
            Options.notNegative("NAdam", "momentumDecay", momentumDecay);
        }

        /** {@return these options with another value: learning rate} */
        public Config lr(double other) {
            return new Config(other, beta1, beta2, eps, weightDecay, momentumDecay);
        }

        /** {@return these options with other decays of the running means} */
        public Config betas(double first, double second) {
            return new Config(lr, first, second, eps, weightDecay, momentumDecay);
        }

        /** {@return these options with another value: keeps the divisor from zero} */
        public Config eps(double other) {
            return new Config(lr, beta1, beta2, other, weightDecay, momentumDecay);
        }

        /** {@return these options with another value: added to the gradient, times the parameter} */
        public Config weightDecay(double other) {
            return new Config(lr, beta1, beta2, eps, other, momentumDecay);
        }

        /** {@return these options with another value: how fast the share of the momentum grows} */
        public Config momentumDecay(double other) {
            return new Config(lr, beta1, beta2, eps, weightDecay, other);
        }
    }

    /** Makes an optimizer of parameters that share their options. */
    public NAdam(List<Tensor> parameters, UnaryOperator<Config> options) {
        this(List.of(group(parameters, options)));
    }

    private NAdam(List<ParameterGroup<Config>> groups) {
        super(Options.rules(groups, NAdam::rule));
    }

    /** Makes an optimizer of several groups with options of their own. */
    public static NAdam ofGroups(List<ParameterGroup<Config>> groups) {
        return new NAdam(groups);
    }

    /** Makes a group for {@link #ofGroups}. */
    public static ParameterGroup<Config> group(List<Tensor> parameters, UnaryOperator<Config> options) {
        return new ParameterGroup<>(parameters, options.apply(Config.DEFAULT));
    }

    private static UpdateRule rule(Tensor parameter, Config c) {
        return new HistoryRule(parameter, c.lr(), List.of("exp_avg", "exp_avg_sq"), new Shares(c));
    }

    /** The shares of a step; the product of all before is kept from step to step, and made anew after a jump. */
    private static final class Shares implements HistoryRule.Formula {
        private final Config c;
        private long last;
        private double product = 1;

        Shares(Config c) {
            this.c = c;
        }

        private double share(long step) {
            return c.beta1() * (1 - 0.5 * StrictMath.pow(0.96, step * c.momentumDecay()));
        }

        @Override
        public Update update(double rate, long step) {
            if (step != last + 1) {
                last = 0;
                product = 1;
            }
            while (last < step) {
                product *= share(++last);
            }
            double next = share(step + 1);
            return new Update.Moments(
                    c.beta1(),
                    c.beta2(),
                    c.weightDecay(),
                    rate * (1 - share(step)) / (1 - product),
                    rate * next / (1 - product * next),
                    Math.sqrt(1 - StrictMath.pow(c.beta2(), (double) step)),
                    c.eps());
        }
    }
}
