package dev.lockstep.optim;

import dev.lockstep.backend.op.Update;
import dev.lockstep.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Lion (Chen et al. 2023, algorithm 2): {@code p = (1 - lr weightDecay) p - lr sign(b1 m + (1 - b1) g); m = b2 m + (1 -
 * b2) g}.
 */
public final class Lion extends Optimizer {
    /**
     * The options.
     *
     * @param lr learning rate
     * @param beta1 share of the mean in the direction
     * @param beta2 decay of the mean
     * @param weightDecay share of the parameter that is taken off, times the learning rate
     */
    public record Config(double lr, double beta1, double beta2, double weightDecay) {
        /** The paper's defaults. */
        public static final Config DEFAULT = new Config(1e-4, 0.9, 0.99, 0);

        /** Checks that the numbers are in their ranges. */
        public Config {
            Options.notNegative("Lion", "lr", lr);
            Options.share("Lion", "beta1", beta1);
            Options.share("Lion", "beta2", beta2);
            Options.notNegative("Lion", "weightDecay", weightDecay);
        }

        /** {@return these options with another value: learning rate} */
        public Config lr(double other) {
            return new Config(other, beta1, beta2, weightDecay);
        }

        /** {@return these options with other decays of the running means} */
        public Config betas(double first, double second) {
            return new Config(lr, first, second, weightDecay);
        }

        /**
         * {@return these options with another value: share of the parameter that is taken off, times the learning rate}
         */
        public Config weightDecay(double other) {
            return new Config(lr, beta1, beta2, other);
        }
    }

    /** Makes an optimizer of parameters that share their options. */
    public Lion(List<Tensor> parameters, UnaryOperator<Config> options) {
        this(List.of(group(parameters, options)));
    }

    private Lion(List<ParameterGroup<Config>> groups) {
        super(Options.rules(groups, Lion::rule));
    }

    /** Makes an optimizer of several groups with options of their own. */
    public static Lion ofGroups(List<ParameterGroup<Config>> groups) {
        return new Lion(groups);
    }

    /** Makes a group for {@link #ofGroups}. */
    public static ParameterGroup<Config> group(List<Tensor> parameters, UnaryOperator<Config> options) {
        return new ParameterGroup<>(parameters, options.apply(Config.DEFAULT));
    }

    private static UpdateRule rule(Tensor parameter, Config c) {
        return new HistoryRule(
                parameter,
                c.lr(),
                List.of("exp_avg"),
                (rate, step) -> new Update.Lion(rate, c.beta1(), c.beta2(), c.weightDecay()));
    }
}
