package dev.lockstep.optim;

import dev.lockstep.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Stochastic gradient descent, with momentum if wanted, as torch's SGD: {@code d = g + weightDecay p; b = momentum b +
 * (1 - dampening) d; p -= lr b}, where the first b is d itself, and Nesterov's form takes {@code d + momentum b}
 * instead of b (Sutskever et al. 2013).
 */
public final class SGD extends Optimizer {
    /**
     * The options.
     *
     * @param lr learning rate
     * @param momentum how much of the last step goes on
     * @param dampening how much of the gradient is kept out of the momentum
     * @param weightDecay added to the gradient, times the parameter
     * @param nesterov whether to look ahead; needs momentum and no dampening
     */
    public record Config(double lr, double momentum, double dampening, double weightDecay, boolean nesterov) {
        /** torch's defaults: learning rate 1e-3, everything else off. */
        public static final Config DEFAULT = new Config(1e-3, 0, 0, 0, false);

        /** Checks that no number is negative. */
        public Config {
            Options.notNegative("SGD", "lr", lr);
            Options.notNegative("SGD", "momentum", momentum);
            Options.notNegative("SGD", "weightDecay", weightDecay);
        }

        /** {@return these options with another learning rate} */
        public Config lr(double rate) {
            return new Config(rate, momentum, dampening, weightDecay, nesterov);
        }

        /** {@return these options with another momentum} */
        public Config momentum(double share) {
            return new Config(lr, share, dampening, weightDecay, nesterov);
        }

        /** {@return these options with another dampening} */
        public Config dampening(double share) {
            return new Config(lr, momentum, share, weightDecay, nesterov);
        }

        /** {@return these options with another weight decay} */
        public Config weightDecay(double decay) {
            return new Config(lr, momentum, dampening, decay, nesterov);
        }

        /** {@return these options with another choice of looking ahead} */
        public Config nesterov(boolean wanted) {
            return new Config(lr, momentum, dampening, weightDecay, wanted);
        }
    }

    /** Makes an optimizer of parameters that share their options. */
    public SGD(List<Tensor> parameters, UnaryOperator<Config> options) {
        this(List.of(group(parameters, options)));
    }

    private SGD(List<ParameterGroup<Config>> groups) {
        super(Options.rules(groups, SGD::rule));
    }

    /** Makes an optimizer of several groups with options of their own. */
    public static SGD ofGroups(List<ParameterGroup<Config>> groups) {
        return new SGD(groups);
    }

    /** Makes a group for {@link #ofGroups}. */
    public static ParameterGroup<Config> group(List<Tensor> parameters, UnaryOperator<Config> options) {
        return new ParameterGroup<>(parameters, options.apply(Config.DEFAULT));
    }

    private static UpdateRule rule(Tensor parameter, Config config) {
        if (config.nesterov() && (config.momentum() == 0 || config.dampening() != 0)) {
            throw new IllegalArgumentException("SGD: nesterov needs momentum above 0 and dampening 0, got momentum "
                    + config.momentum() + " and dampening " + config.dampening());
        }
        return new SgdRule(parameter, config);
    }
}
