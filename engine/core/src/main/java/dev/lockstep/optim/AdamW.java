package dev.lockstep.optim;

import dev.lockstep.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * AdamW (Loshchilov and Hutter 2019), as torch's: {@code p *= 1 - lr weightDecay}, then Adam's step without a decay in
 * the gradient.
 */
public final class AdamW extends Optimizer {
    /**
     * The options.
     *
     * @param lr learning rate
     * @param beta1 decay of the gradient's running mean
     * @param beta2 decay of the running mean of its square
     * @param eps added to the root, after the bias correction
     * @param weightDecay share of the parameter that is taken off, times the learning rate
     */
    public record Config(double lr, double beta1, double beta2, double eps, double weightDecay) {
        /** torch's defaults: learning rate 1e-3, betas 0.9 and 0.999, eps 1e-8, weight decay 1e-2. */
        public static final Config DEFAULT = new Config(1e-3, 0.9, 0.999, 1e-8, 1e-2);

        /** Checks that rate, eps and decay are not negative and the betas in [0, 1). */
        public Config {
            Options.notNegative("AdamW", "lr", lr);
            Options.notNegative("AdamW", "eps", eps);
            Options.notNegative("AdamW", "weightDecay", weightDecay);
            Options.share("AdamW", "beta1", beta1);
            Options.share("AdamW", "beta2", beta2);
        }

        /** {@return these options with another learning rate} */
        public Config lr(double rate) {
            return new Config(rate, beta1, beta2, eps, weightDecay);
        }

        /** {@return these options with other decays of the running means} */
        public Config betas(double first, double second) {
            return new Config(lr, first, second, eps, weightDecay);
        }

        /** {@return these options with another eps} */
        public Config eps(double small) {
            return new Config(lr, beta1, beta2, small, weightDecay);
        }

        /** {@return these options with another weight decay} */
        public Config weightDecay(double decay) {
            return new Config(lr, beta1, beta2, eps, decay);
        }

        AdamRule.Settings settings() {
            return new AdamRule.Settings(lr, beta1, beta2, eps, weightDecay, true);
        }
    }

    /** Makes an optimizer of parameters that share their options. */
    public AdamW(List<Tensor> parameters, UnaryOperator<Config> options) {
        this(List.of(group(parameters, options)));
    }

    private AdamW(List<ParameterGroup<Config>> groups) {
        super(Options.rules(groups, (parameter, config) -> new AdamRule(parameter, config.settings())));
    }

    /** Makes an optimizer of several groups with options of their own. */
    public static AdamW ofGroups(List<ParameterGroup<Config>> groups) {
        return new AdamW(groups);
    }

    /** Makes a group for {@link #ofGroups}. */
    public static ParameterGroup<Config> group(List<Tensor> parameters, UnaryOperator<Config> options) {
        return new ParameterGroup<>(parameters, options.apply(Config.DEFAULT));
    }
}
