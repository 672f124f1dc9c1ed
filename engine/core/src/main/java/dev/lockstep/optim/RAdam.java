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

    /** torch's defaults. */
    private static final AdamConfig DEFAULT = AdamConfig.of(1e-3, 0);

    /** Makes an optimizer of parameters that share their options. */
    public RAdam(List<Tensor> parameters, UnaryOperator<AdamConfig> options) {
        this(List.of(group(parameters, options)));
    }

    private RAdam(List<ParameterGroup<AdamConfig>> groups) {
        super(Options.rules(groups, RAdam::rule));
    }

    /** Makes an optimizer of several groups with options of their own. */
    public static RAdam ofGroups(List<ParameterGroup<AdamConfig>> groups) {
        return new RAdam(groups);
    }

    /** Makes a group for {@link #ofGroups}. */
    public static ParameterGroup<AdamConfig> group(List<Tensor> parameters, UnaryOperator<AdamConfig> options) {
        return new ParameterGroup<>(parameters, options.apply(DEFAULT));
    }

    private static UpdateRule rule(Tensor parameter, AdamConfig c) {
        return new HistoryRule(
                parameter, c.lr(), List.of("exp_avg", "exp_avg_sq"), (rate, step) -> update(c, rate, (double) step));
    }

    private static Update update(AdamConfig c, double rate, double step) {
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
