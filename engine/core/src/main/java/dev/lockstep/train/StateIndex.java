package dev.lockstep.train;

import dev.lockstep.autograd.Leaf;
import dev.lockstep.backend.Value;
import dev.lockstep.layout.DType;
import dev.lockstep.module.Module;
import dev.lockstep.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Numbers a model's tensors that cross virtual ranks: its trainable parameters, then its buffers, each in order of
 * registration, then what factored gradients become. The numbers are the indexes of the {@link ReductionPlan} and of
 * every {@link NodeSum}.
 *
 * @param parameters the trainable parameters
 * @param buffers the buffers
 * @param factored the gradients that cross virtual ranks as factors, by PowerSGD
 * @param specs what the plan says of all of them
 */
record StateIndex(
        List<Tensor> parameters, List<Tensor> buffers, List<FactoredGradient> factored, List<TensorSpec> specs) {
    static StateIndex of(Module<?, ?> model, CommHook hook) {
        List<Tensor> parameters = new ArrayList<>();
        List<Tensor> buffers = new ArrayList<>();
        List<TensorSpec> specs = new ArrayList<>();
        model.namedParameters().entrySet().stream()
                .filter(entry -> entry.getValue().requiresGrad())
                .forEach(entry -> {
                    parameters.add(entry.getValue());
                    specs.add(gradient(entry, hook));
                });
        model.namedBuffers().entrySet().forEach(entry -> {
            buffers.add(entry.getValue());
            specs.add(buffer(entry));
        });
        List<FactoredGradient> factored = FactoredGradient.of(specs, hook);
        factored.forEach(gradient -> specs.addAll(gradient.specs()));
        return new StateIndex(List.copyOf(parameters), List.copyOf(buffers), factored, List.copyOf(specs));
    }

    private static TensorSpec gradient(Map.Entry<String, Tensor> entry, CommHook hook) {
        Tensor parameter = entry.getValue();
        DType dtype = hook.gradientDtype(parameter.dtype());
        return new TensorSpec(entry.getKey(), parameter.shape(), dtype, TensorSpec.Role.GRADIENT);
    }

    private static TensorSpec buffer(Map.Entry<String, Tensor> entry) {
        return new TensorSpec(
                entry.getKey(), entry.getValue().shape(), entry.getValue().dtype(), TensorSpec.Role.BUFFER);
    }

    /** {@return how many tensors cross virtual ranks} */
    int count() {
        return specs.size();
    }

    /** {@return the index of each parameter by its leaf, which backward names its gradient by} */
    Map<Leaf, Integer> places() {
        Map<Leaf, Integer> places = HashMap.newHashMap(parameters.size());
        for (int i = 0; i < parameters.size(); i++) {
            if (parameters.get(i).value().slot() instanceof Leaf leaf) { // Else it was frozen meanwhile.
                places.put(leaf, i);
            }
        }
        return places;
    }

    /** {@return whether somebody wants to see each virtual rank's gradient of a parameter} */
    boolean hasHooks() {
        for (Tensor parameter : parameters) {
            if (parameter.value().slot() instanceof Leaf leaf && leaf.hasHooks()) {
                return true;
            }
        }
        return false;
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
