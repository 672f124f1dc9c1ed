package dev.lockstep.optim;

import dev.lockstep.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * AdamW (Loshchilov and Hutter 2019), as torch's: {@code p *= 1 - lr weightDecay}, then Adam's step without a decay in
 * the gradient.
 */
public final class AdamW extends Optimizer {
    /** torch's defaults. */
    private static final AdamConfig DEFAULT = AdamConfig.of(1e-3, 1e-2);

    /** Makes an optimizer of parameters that share their options. */
    public AdamW(List<Tensor> parameters, UnaryOperator<AdamConfig> options) {
        this(List.of(group(parameters, options)));
    }

    private AdamW(List<ParameterGroup<AdamConfig>> groups) {
        super(Options.rules(groups, (parameter, config) -> HistoryRule.adam(parameter, config, true)));
    }

    /** Makes an optimizer of several groups with options of their own. */
    public static AdamW ofGroups(List<ParameterGroup<AdamConfig>> groups) {
        return new AdamW(groups);
    }

    /** Makes a group for {@link #ofGroups}. */
    public static ParameterGroup<AdamConfig> group(List<Tensor> parameters, UnaryOperator<AdamConfig> options) {
        return new ParameterGroup<>(parameters, options.apply(DEFAULT));
    }
}
