package dev.lockstep.optim;

import dev.lockstep.backend.op.Update;
import dev.lockstep.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Adadelta (Zeiler 2012), as torch's: {@code g += weightDecay p; s = rho s + (1 - rho) g^2; d = sqrt(a + eps) / sqrt(s
 * + eps) g; a = rho a + (1 - rho) d^2; p -= lr d}.
 */
public final class Adadelta extends Optimizer {
    /**
     * The options.
     *
     * @param lr learning rate
     * @param rho decay of both running means
     * @param eps keeps the divisor from zero
     * @param weightDecay added to the gradient, times the parameter
     */
    public record Config(double lr, double rho, double eps, double weightDecay) {
        /** torch's defaults. */
        public static final Config DEFAULT = new Config(1, 0.9, 1e-6, 0);

        /** Checks that the numbers are in their ranges. */
        public Config {
            Options.notNegative("Adadelta", "lr", lr);
            Options.share("Adadelta", "rho", rho);
            Options.notNegative("Adadelta", "eps", eps);
            Options.notNegative("Adadelta", "weightDecay", weightDecay);
        }

        /** {@return these options with another value: learning rate} */
        public Config lr(double other) {
            return new Config(other, rho, eps, weightDecay);
        }

        /** {@return these options with another value: decay of both running means} */
        public Config rho(double other) {
            return new Config(lr, other, eps, weightDecay);
        }

        /** {@return these options with another value: keeps the divisor from zero} */
        public Config eps(double other) {
            return new Config(lr, rho, other, weightDecay);
        }

        /** {@return these options with another value: added to the gradient, times the parameter} */
        public Config weightDecay(double other) {
            return new Config(lr, rho, eps, other);
        }
    }

    /** Makes an optimizer of parameters that share their options. */
    public Adadelta(List<Tensor> parameters, UnaryOperator<Config> options) {
        this(List.of(group(parameters, options)));
    }

    private Adadelta(List<ParameterGroup<Config>> groups) {
        super(Options.rules(groups, Adadelta::rule));
    }

    /** Makes an optimizer of several groups with options of their own. */
    public static Adadelta ofGroups(List<ParameterGroup<Config>> groups) {
        return new Adadelta(groups);
    }

    /** Makes a group for {@link #ofGroups}. */
    public static ParameterGroup<Config> group(List<Tensor> parameters, UnaryOperator<Config> options) {
        return new ParameterGroup<>(parameters, options.apply(Config.DEFAULT));
    }

    private static UpdateRule rule(Tensor parameter, Config c) {
        return new HistoryRule(
                parameter,
                c.lr(),
                List.of("square_avg", "acc_delta"),
                (rate, step) -> new Update.Adadelta(rate, c.rho(), c.eps(), c.weightDecay()));
    }
}
