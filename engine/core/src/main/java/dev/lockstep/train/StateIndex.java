package dev.lockstep.train;

import dev.lockstep.backend.Value;
import dev.lockstep.module.Module;
import dev.lockstep.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Numbers a model's tensors that cross virtual ranks: its trainable parameters, then its buffers, each in order of
 * registration. The numbers are the indexes of the {@link ReductionPlan} and of every {@link NodeSum}.
 *
 * @param parameters the trainable parameters
 * @param buffers the buffers
 * @param specs what the plan says of both
 */
record StateIndex(List<Tensor> parameters, List<Tensor> buffers, List<TensorSpec> specs) {
    static StateIndex of(Module<?, ?> model) {
        List<Tensor> parameters = new ArrayList<>();
        List<Tensor> buffers = new ArrayList<>();
        List<TensorSpec> specs = new ArrayList<>();
        model.namedParameters().entrySet().stream()
                .filter(entry -> entry.getValue().requiresGrad())
                .forEach(entry -> {
                    parameters.add(entry.getValue());
                    specs.add(spec(entry, TensorSpec.Role.GRADIENT));
                });
        model.namedBuffers().entrySet().forEach(entry -> {
            buffers.add(entry.getValue());
            specs.add(spec(entry, TensorSpec.Role.BUFFER));
        });
        return new StateIndex(List.copyOf(parameters), List.copyOf(buffers), List.copyOf(specs));
    }

    private static TensorSpec spec(Map.Entry<String, Tensor> entry, TensorSpec.Role role) {
        return new TensorSpec(
                entry.getKey(), entry.getValue().shape(), entry.getValue().dtype(), role);
    }

    /** {@return how many tensors cross virtual ranks} */
    int count() {
        return specs.size();
    }

    /** {@return the number of the first buffer} */
    int firstBuffer() {
        return parameters.size();
    }

    /** {@return a list with no tensor present, to be filled in} */
    List<@Nullable Value> absent() {
        List<@Nullable Value> tensors = new ArrayList<>();
        specs.forEach(_ -> tensors.add(null));
        return tensors;
    }
}
