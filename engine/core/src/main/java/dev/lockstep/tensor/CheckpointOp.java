package dev.lockstep.tensor;

import dev.lockstep.autograd.AutogradBackend;
import dev.lockstep.autograd.BackwardOptions;
import dev.lockstep.autograd.GradMode;
import dev.lockstep.autograd.Leaf;
import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.ValueSpec;
import dev.lockstep.backend.op.CustomOp;
import dev.lockstep.backend.op.RandomKey;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A function as one op, whose backward computes it again. The parameters that it uses are found by recording it once;
 * that record is dropped, and they become inputs of the op, each as a value of its shape that has one element of
 * memory.
 */
final class CheckpointOp implements CustomOp {
    private final Function<List<Tensor>, Tensor> function;
    private final int given;
    private final List<RandomKey> keys;
    private final List<Leaf> parameters;
    private final Value result;

    private CheckpointOp(
            Function<List<Tensor>, Tensor> function,
            int given,
            List<RandomKey> keys,
            List<Leaf> parameters,
            Value result) {
        this.function = function;
        this.given = given;
        this.keys = keys;
        this.parameters = parameters;
        this.result = result;
    }

    static Tensor run(Function<List<Tensor>, Tensor> function, List<Tensor> inputs) {
        if (!GradMode.isEnabled()) {
            return function.apply(inputs);
        }
        List<RandomKey> keys = new ArrayList<>();
        List<Tensor> all = new ArrayList<>(inputs);
        try (Scope scope = Scope.open("checkpoint")) {
            List<Tensor> copies = inputs.stream().map(CheckpointOp::leaf).toList();
            Tensor first = recorded(function, copies, keys);
            List<Leaf> known = copies.stream()
                    .filter(Tensor::requiresGrad)
                    .map(Tensor::leaf)
                    .toList();
            List<Leaf> parameters = new ArrayList<>();
            for (Map.Entry<Leaf, ValueSpec> entry :
                    AutogradBackend.leaves(first.value()).entrySet()) {
                if (!known.contains(entry.getKey())) {
                    parameters.add(entry.getKey());
                    all.add(stand(entry.getKey(), entry.getValue()));
                }
            }
            Value result = first.value().alias();
            CheckpointOp op = new CheckpointOp(function, inputs.size(), List.copyOf(keys), parameters, result);
            return scope.escape(Engine.run(op, all.toArray(Tensor[]::new)));
        }
    }

    /** {@return a tensor on the same memory; a leaf, if the original requires a gradient} */
    private static Tensor leaf(Tensor x) {
        return x.requiresGrad() ? x.detach().requiresGrad(true) : x.detach();
    }

    private static Tensor recorded(Function<List<Tensor>, Tensor> function, List<Tensor> inputs, List<RandomKey> keys) {
        RandomSource source = RandomSource.current();
        try (var _ = RandomSource.install(() -> {
            RandomKey key = source.next();
            keys.add(key);
            return key;
        })) {
            return function.apply(inputs);
        }
    }

    /** Stands for a parameter: its slot and its shape, on one element of memory. */
    private static Tensor stand(Leaf leaf, ValueSpec spec) {
        Tensor one = Tensors.zeros(spec.dtype());
        Value value = one.value().view(Layout.contiguous(Shape.of()).expand(spec.shape()));
        value.setSlot(leaf);
        return Tensor.wrap(value);
    }

    /** The result is there already. */
    @Override
    public Value[] forward(Backend backend, Value... inputs) {
        return new Value[] {result};
    }

    @Override
    public @Nullable Value[] backward(
            Backend backend, List<Value> inputs, List<Value> outputs, @Nullable Value[] gradients) {
        if (GradMode.isEnabled()) {
            throw new UnsupportedOperationException("checkpoint: has no second derivative; compute without it");
        }
        @Nullable Value seed = gradients[0];
        @Nullable Value[] results = new Value[inputs.size()];
        if (seed == null) {
            return results;
        }
        try (var _ = GradMode.enableGrad();
                Scope _ = Scope.open("checkpoint backward")) {
            List<Tensor> copies = new ArrayList<>();
            for (Value input : inputs.subList(0, given)) {
                Tensor copy = Tensor.wrap(input.alias());
                copies.add(input.dtype().isFloating() ? copy.requiresGrad(true) : copy);
            }
            Tensor again = replayed(copies);
            Map<Leaf, Value> found =
                    Engine.backend(again.device()).backward(again.value(), seed, BackwardOptions.DEFAULT);
            for (int i = 0; i < results.length; i++) {
                @Nullable
                Leaf leaf = i >= given
                        ? parameters.get(i - given)
                        : copies.get(i).requiresGrad() ? copies.get(i).leaf() : null;
                results[i] = leaf == null ? null : found.remove(leaf);
            }
            found.values().forEach(Value::close);
            return results;
        }
    }

    private Tensor replayed(List<Tensor> copies) {
        Deque<RandomKey> left = new ArrayDeque<>(keys);
        try (var _ = RandomSource.install(left::remove)) {
            return function.apply(copies);
        }
    }
}
