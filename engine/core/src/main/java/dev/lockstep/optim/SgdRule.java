package dev.lockstep.optim;

import dev.lockstep.backend.op.Update;
import dev.lockstep.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** SGD's rule; see {@link Update.Sgd} for the formula. */
final class SgdRule implements UpdateRule {
    private static final String BUFFER = "momentum_buffer";

    private final Tensor parameter;
    private final SGD.Config config;
    private @Nullable Tensor buffer;

    SgdRule(Tensor parameter, SGD.Config config) {
        this.parameter = parameter;
        this.config = config;
    }

    @Override
    public Tensor parameter() {
        return parameter;
    }

    @Override
    public double learningRate() {
        return config.lr();
    }

    @Override
    public ElementwiseUpdate update(Tensor gradient, double rate) {
        if (config.momentum() == 0) {
            return ElementwiseUpdate.of(op(rate, false), parameter, gradient);
        }
        boolean first = buffer == null;
        Tensor mine = buffer == null ? RuleState.zeros(parameter) : buffer;
        buffer = mine;
        return ElementwiseUpdate.of(op(rate, first), parameter, gradient, mine);
    }

    private Update.Sgd op(double rate, boolean first) {
        return new Update.Sgd(
                rate, config.momentum(), config.dampening(), config.weightDecay(), config.nesterov(), first);
    }

    @Override
    public SequencedMap<String, Tensor> state() {
        SequencedMap<String, Tensor> state = new LinkedHashMap<>();
        if (buffer != null) {
            state.put(BUFFER, buffer);
        }
        return state;
    }

    @Override
    public void restore(Map<String, Tensor> state) {
        RuleState.checkNames(state, Set.of(BUFFER));
        buffer = RuleState.copy(state, BUFFER, parameter);
    }
}
