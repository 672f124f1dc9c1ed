package dev.lockstep.optim;

import dev.lockstep.backend.op.Update;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Adam's and AdamW's rule; see {@link Update.Adam} for the formula. Steps are counted by parameter: an absent gradient
 * does not count.
 */
final class AdamRule implements UpdateRule {
    private static final String MEAN = "exp_avg";
    private static final String SQUARE = "exp_avg_sq";
    private static final String STEP = "step";

    private final Tensor parameter;
    private final Settings settings;
    private @Nullable Moments moments;
    private long steps;

    /** What both optimizers' options come to. */
    record Settings(double lr, double beta1, double beta2, double eps, double weightDecay, boolean decoupled) {}

    private record Moments(Tensor mean, Tensor square) {}

    AdamRule(Tensor parameter, Settings settings) {
        this.parameter = parameter;
        this.settings = settings;
    }

    @Override
    public Tensor parameter() {
        return parameter;
    }

    @Override
    public double learningRate() {
        return settings.lr();
    }

    @Override
    public ElementwiseUpdate update(Tensor gradient, double rate) {
        if (moments == null) {
            moments = new Moments(RuleState.zeros(parameter), RuleState.zeros(parameter));
        }
        steps++;
        Update.Adam op = new Update.Adam(
                rate,
                settings.beta1(),
                settings.beta2(),
                settings.eps(),
                settings.weightDecay(),
                settings.decoupled(),
                steps);
        return ElementwiseUpdate.of(op, parameter, gradient, moments.mean(), moments.square());
    }

    @Override
    public SequencedMap<String, Tensor> state() {
        SequencedMap<String, Tensor> state = new LinkedHashMap<>();
        if (moments != null) {
            state.put(STEP, Tensors.tensor(steps).squeeze());
            state.put(MEAN, moments.mean());
            state.put(SQUARE, moments.square());
        }
        return state;
    }

    @Override
    public void restore(Map<String, Tensor> state) {
        RuleState.checkNames(state, Set.of(STEP, MEAN, SQUARE));
        Moments restored =
                new Moments(RuleState.copy(state, MEAN, parameter), RuleState.copy(state, SQUARE, parameter));
        steps = RuleState.get(state, STEP).itemLong();
        moments = restored;
    }
}
