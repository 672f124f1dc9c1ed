package dev.lockstep.optim;

import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.Map;
import java.util.Set;

/**
 * Makes and checks the tensors that a rule keeps from step to step. They live outside of scopes, in permanent memory.
 */
final class RuleState {
    private RuleState() {}

    static Tensor zeros(Tensor parameter) {
        return Scope.outside(() -> Tensors.zerosLike(parameter).asBuffer());
    }

    static void checkNames(Map<String, Tensor> state, Set<String> names) {
        if (!state.keySet().equals(names)) {
            throw new IllegalArgumentException("expected " + names + ", found " + state.keySet());
        }
    }

    static Tensor copy(Map<String, Tensor> state, String name, Tensor parameter) {
        Tensor saved = get(state, name);
        if (!saved.shape().equals(parameter.shape()) || saved.dtype() != parameter.dtype()) {
            throw new IllegalArgumentException(name + " is " + saved.dtype() + saved.shape() + ", the parameter "
                    + parameter.dtype() + parameter.shape());
        }
        return Scope.outside(() -> saved.clone().asBuffer());
    }

    static Tensor get(Map<String, Tensor> state, String name) {
        Tensor saved = state.get(name);
        if (saved == null) {
            throw new IllegalArgumentException("no " + name + " in " + state.keySet());
        }
        return saved;
    }
}
