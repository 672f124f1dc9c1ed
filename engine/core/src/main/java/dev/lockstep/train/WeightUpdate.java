package dev.lockstep.train;

import dev.lockstep.autograd.GradMode;
import dev.lockstep.backend.Value;
import dev.lockstep.optim.Optimizer;
import dev.lockstep.optim.UpdateLoop;
import dev.lockstep.tensor.Gradients;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Applies a step's sum to the weights: gradients through the optimizer, buffers by copy. The same on every worker. */
final class WeightUpdate {
    private final StateIndex state;
    private final Optimizer optimizer;
    private final UpdateLoop loop;

    WeightUpdate(StateIndex state, Optimizer optimizer, UpdateLoop loop) {
        this.state = state;
        this.optimizer = optimizer;
        this.loop = loop;
    }

    /**
     * Applies the sum; gradients are multiplied by {@code factor} first, then changed by the user's hook (clipping).
     */
    void apply(NodeSum total, double factor, Optional<UnaryOperator<Gradients>> hook) {
        try (var _ = Scope.open("update");
                var _ = GradMode.noGrad()) {
            Gradients reduced = gradients(total);
            // A hook may write in place, and the sum must stay as it is for peers that lack it: the hook gets a copy.
            Gradients mine = factor == 1 && hook.isEmpty() ? reduced : reduced.scale(factor);
            optimizer.apply(hook.map(change -> change.apply(mine)).orElse(mine), loop);
            copyBuffers(total);
        }
    }

    private Gradients gradients(NodeSum total) {
        Map<Tensor, Tensor> present = new LinkedHashMap<>();
        for (int i = 0; i < state.parameters().size(); i++) {
            Value value = total.tensor(i);
            if (value != null) {
                Tensor parameter = state.parameters().get(i);
                present.put(parameter, Tensor.wrap(value.alias()).to(parameter.dtype()));
            }
        }
        return Gradients.of(present);
    }

    private void copyBuffers(NodeSum total) {
        for (int i = 0; i < state.buffers().size(); i++) {
            Value value = total.tensor(state.firstBuffer() + i);
            if (value != null) {
                state.buffers().get(i).copy_(Tensor.wrap(value.alias()));
            }
        }
    }
}
