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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A function as one op, whose backward computes it again. The parameters that it uses are found by recording it once;
 * that record is dropped, and they become inputs of the op, each as a value of its shape that has one element of
 * memory. Where a backward is recorded, it is such an op in turn: of the function's gradients.
 */
final class CheckpointOp implements CustomOp {
    private final Function<List<Tensor>, List<Tensor>> function;
    private final List<Boolean> differentiable;
    private final List<RandomKey> keys;
    private final List<Parameter> parameters;
    private final List<Value> results;

    /** A leaf that the function uses beside its inputs. */
    private record Parameter(Leaf leaf, ValueSpec spec) {
        /** Stands for it: its slot and its shape, on one element of memory. */
        Tensor stand() {
            Value one = Tensors.zeros(spec.dtype()).value();
            return of(one.view(Layout.contiguous(Shape.of()).expand(spec.shape())));
        }

        Tensor of(Value value) {
            value.setSlot(leaf);
            return Tensor.wrap(value);
        }
    }

    private CheckpointOp(
            Function<List<Tensor>, List<Tensor>> function,
            List<Boolean> differentiable,
            List<RandomKey> keys,
            List<Parameter> parameters,
            List<Value> results) {
        this.function = function;
        this.differentiable = differentiable;
        this.keys = keys;
        this.parameters = parameters;
        this.results = results;
    }

    static List<Tensor> run(Function<List<Tensor>, List<Tensor>> function, List<Tensor> inputs) {
        if (!GradMode.isEnabled()) {
            return function.apply(inputs);
        }
        List<RandomKey> keys = new ArrayList<>();
        List<Boolean> differentiable = inputs.stream().map(Tensor::requiresGrad).toList();
        try (Scope scope = Scope.open("checkpoint")) {
            List<Tensor> copies = leaves(inputs, differentiable);
            List<Tensor> first = recorded(function, copies, keys);
            List<Parameter> parameters = parameters(first, copies);
            List<Value> results =
                    first.stream().map(result -> result.value().alias()).toList();
            List<Tensor> all = new ArrayList<>(inputs);
            parameters.forEach(parameter -> all.add(parameter.stand()));
            CheckpointOp op = new CheckpointOp(function, differentiable, List.copyOf(keys), parameters, results);
            return scope.escape(List.of(Engine.runAll(op, all.toArray(Tensor[]::new))));
        }
    }

    /** {@return tensors on the same memory, leaves where gradients are wanted} */
    private static List<Tensor> leaves(List<Tensor> inputs, List<Boolean> differentiable) {
        List<Tensor> leaves = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            leaves.add(inputs.get(i).detach().requiresGrad(differentiable.get(i)));
        }
        return leaves;
    }

    private static List<Tensor> recorded(
            Function<List<Tensor>, List<Tensor>> function, List<Tensor> inputs, List<RandomKey> keys) {
        RandomSource source = RandomSource.current();
        try (var _ = RandomSource.install(() -> {
            RandomKey key = source.next();
            keys.add(key);
            return key;
        })) {
            return function.apply(inputs);
        }
    }

    private static List<Parameter> parameters(List<Tensor> results, List<Tensor> copies) {
        Map<Leaf, ValueSpec> found = new LinkedHashMap<>();
        results.forEach(result -> AutogradBackend.leaves(result.value()).forEach(found::putIfAbsent));
        copies.stream().filter(Tensor::requiresGrad).map(Tensor::leaf).forEach(found::remove);
        return found.entrySet().stream()
                .map(entry -> new Parameter(entry.getKey(), entry.getValue()))
                .toList();
    }

    /** The results are there already. */
    @Override
    public Value[] forward(Backend backend, Value... inputs) {
        return results.toArray(Value[]::new);
    }

    @Override
    public @Nullable Value[] backward(
            Backend backend, List<Value> inputs, List<Value> outputs, @Nullable Value[] gradients) {
        return GradMode.isEnabled() ? recordedBackward(inputs, gradients) : plainBackward(inputs, gradients);
    }

    private @Nullable Value[] plainBackward(List<Value> inputs, @Nullable Value[] gradients) {
        int given = differentiable.size();
        try (var _ = GradMode.enableGrad();
                Scope _ = Scope.open("checkpoint backward")) {
            List<Tensor> originals = inputs.subList(0, given).stream()
                    .map(input -> Tensor.wrap(input.alias()))
                    .toList();
            List<Tensor> copies = leaves(originals, differentiable);
            List<Tensor> again = replayed(copies);
            List<Value> roots = new ArrayList<>();
            List<@Nullable Value> seeds = new ArrayList<>();
            for (int k = 0; k < gradients.length; k++) {
                if (gradients[k] != null) {
                    roots.add(again.get(k).value());
                    seeds.add(gradients[k]);
                }
            }
            List<Value> wanted = new ArrayList<>();
            copies.forEach(copy -> wanted.add(copy.value()));
            for (int j = 0; j < parameters.size(); j++) {
                wanted.add(parameters.get(j).of(inputs.get(given + j).alias()).value());
            }
            return Engine.backend(
                            originals.isEmpty()
                                    ? again.getFirst().device()
                                    : originals.getFirst().device())
                    .gradients(roots, seeds, wanted, BackwardOptions.DEFAULT)
                    .toArray(Value[]::new);
        }
    }

    private @Nullable Value[] recordedBackward(List<Value> inputs, @Nullable Value[] gradients) {
        int given = differentiable.size();
        @Nullable Value[] found = new Value[inputs.size()];
        try (Scope _ = Scope.open("checkpoint backward")) {
            List<Tensor> operands = new ArrayList<>();
            inputs.subList(0, given).forEach(input -> operands.add(Tensor.wrap(AutogradBackend.share(input))));
            List<Integer> seeded = new ArrayList<>();
            for (int k = 0; k < gradients.length; k++) {
                @Nullable Value gradient = gradients[k];
                if (gradient != null) {
                    operands.add(Tensor.wrap(AutogradBackend.share(gradient)));
                    seeded.add(k);
                }
            }
            List<Tensor> results = run(all -> gradients(all, seeded), operands);
            int next = 0;
            for (int i = 0; i < found.length; i++) {
                boolean has = i >= given || differentiable.get(i);
                found[i] = has ? results.get(next++).keep().value() : null;
            }
            return found;
        }
    }

    /** Computes the gradients of the inputs that have one, and of the parameters, from inputs and seeds. */
    private List<Tensor> gradients(List<Tensor> operands, List<Integer> seeded) {
        int given = differentiable.size();
        List<Tensor> copies = operands.subList(0, given);
        List<Tensor> again = replayed(copies);
        List<Tensor> wanted = new ArrayList<>();
        for (int i = 0; i < given; i++) {
            if (differentiable.get(i)) {
                wanted.add(copies.get(i));
            }
        }
        parameters.forEach(parameter -> wanted.add(parameter.stand()));
        List<Tensor> roots = seeded.stream().map(again::get).toList();
        List<Tensor> seeds = operands.subList(given, operands.size());
        return Autograd.orZeros(Autograd.grad(roots, seeds, wanted, o -> o.createGraph(true)), wanted);
    }

    private List<Tensor> replayed(List<Tensor> copies) {
        Deque<RandomKey> left = new ArrayDeque<>(keys);
        try (var _ = RandomSource.install(left::remove)) {
            return function.apply(copies);
        }
    }
}
