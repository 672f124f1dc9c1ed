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
    /** torch's defaults. */
    private static final AdamConfig DEFAULT = AdamConfig.of(2e-3, 0);

    /** Makes an optimizer of parameters that share their options. */
    public Adamax(List<Tensor> parameters, UnaryOperator<AdamConfig> options) {
        this(List.of(group(parameters, options)));
    }

    private Adamax(List<ParameterGroup<AdamConfig>> groups) {
        super(Options.rules(groups, Adamax::rule));
    }

    /** Makes an optimizer of several groups with options of their own. */
    public static Adamax ofGroups(List<ParameterGroup<AdamConfig>> groups) {
        return new Adamax(groups);
    }

    /** Makes a group for {@link #ofGroups}. */
    public static ParameterGroup<AdamConfig> group(List<Tensor> parameters, UnaryOperator<AdamConfig> options) {
        return new ParameterGroup<>(parameters, options.apply(DEFAULT));
    }

    private static UpdateRule rule(Tensor parameter, AdamConfig c) {
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
