package dev.lockstep.optim;

import dev.lockstep.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Adam (Kingma and Ba 2015), as torch's: {@code g += weightDecay p; m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; p
 * -= lr / (1 - b1^t) m / (sqrt(v / (1 - b2^t)) + eps)}.
 */
public final class Adam extends Optimizer {
    /** torch's defaults. */
    private static final AdamConfig DEFAULT = AdamConfig.of(1e-3, 0);

    /** Makes an optimizer of parameters that share their options. */
    public Adam(List<Tensor> parameters, UnaryOperator<AdamConfig> options) {
        this(List.of(group(parameters, options)));
    }

    private Adam(List<ParameterGroup<AdamConfig>> groups) {
        super(Options.rules(groups, (parameter, config) -> HistoryRule.adam(parameter, config, false)));
    }

    /** Makes an optimizer of several groups with options of their own. */
    public static Adam ofGroups(List<ParameterGroup<AdamConfig>> groups) {
        return new Adam(groups);
    }

    /** Makes a group for {@link #ofGroups}. */
    public static ParameterGroup<AdamConfig> group(List<Tensor> parameters, UnaryOperator<AdamConfig> options) {
        return new ParameterGroup<>(parameters, options.apply(DEFAULT));
    }
}
