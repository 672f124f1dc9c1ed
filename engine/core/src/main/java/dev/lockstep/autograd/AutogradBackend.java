package dev.lockstep.autograd;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.BackendDecorator;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.ValueSpec;
import dev.lockstep.backend.batching.Batching;
import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Creation.Full;
import dev.lockstep.backend.op.Elementwise.Binary;
import dev.lockstep.backend.op.Elementwise.Copy;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.Update;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Records what the backend below executes, wherever an input requires a gradient, and computes gradients from the
 * record. Thread-safe; a graph is confined to the thread that builds it.
 */
public final class AutogradBackend extends BackendDecorator {

    /** Decorates a backend. */
    public AutogradBackend(Backend below) {
        super(below);
    }

    /** Executes an op below and records it, if this thread records and some input requires a gradient. */
    @Override
    public Value[] execute(Op op, Value... inputs) {
        if (op instanceof Update || !requiresGrad(inputs) || !GradMode.isEnabled()) {
            return below().execute(op, inputs);
        }
        Rule rule = Rules.of(op);
        Value[] outputs = below().execute(op, inputs);
        if (rule.differentiable() > 0 && hasFloating(outputs)) {
            Node.record(op, rule, inputs, outputs);
        }
        return outputs;
    }

    private static boolean requiresGrad(Value[] inputs) {
        for (Value input : inputs) {
            if (input.slot() != null) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasFloating(Value[] outputs) {
        for (Value output : outputs) {
            if (output.dtype().isFloating()) {
                return true;
            }
        }
        return false;
    }

    /**
     * Computes the gradient of {@code root} for every leaf it depends on.
     *
     * @param gradient the gradient of the root itself, null for a root of one element, where it is 1
     * @return the gradients in the order in which they were completed; the caller owns the values
     * @throws IllegalStateException if the root has no graph, or a graph that an earlier backward has consumed
     */
    public Map<Leaf, Value> backward(Value root, @Nullable Value gradient, BackwardOptions options) {
        Value seed = gradient == null ? ones(root) : checked(root, gradient);
        Backend backend = options.createGraph() ? this : below();
        try (GradMode.Restore _ = GradMode.set(options.createGraph())) {
            return switch (root.slot()) {
                case Edge edge -> new Backward(backend, options).run(Map.of(edge, seed), List.of());
                case Leaf leaf -> Map.of(leaf, owned(seed));
                case null, default -> {
                    seed.close();
                    throw new IllegalStateException("backward: the tensor " + root.dtype() + root.shape()
                            + " has no history: no leaf that requires a gradient"
                            + " went into it, or it was computed in noGrad");
                }
            };
        }
    }

    /**
     * Computes the gradients of the sum of roots, each times its own gradient, for chosen inputs: leaves, or values in
     * between.
     *
     * @param gradients of the roots; a missing one stands for 1, of a root of one element
     * @return a gradient an input, in order, null where no root depends on it; the caller owns the values
     */
    public List<@Nullable Value> gradients(
            List<Value> roots, List<@Nullable Value> gradients, List<Value> inputs, BackwardOptions options) {
        Map<Edge, Value> seeds = new LinkedHashMap<>();
        Map<Leaf, Value> leafSeeds = new LinkedHashMap<>();
        for (int i = 0; i < roots.size(); i++) {
            @Nullable Value given = gradients.get(i);
            Value seed = given == null ? ones(roots.get(i)) : checked(roots.get(i), given);
            switch (roots.get(i).slot()) {
                case Edge edge -> seeds.merge(edge, seed, this::plus);
                case Leaf leaf -> leafSeeds.merge(leaf, seed, this::plus);
                case null, default -> seed.close();
            }
        }
        Backend backend = options.createGraph() ? this : below();
        try (GradMode.Restore _ = GradMode.set(options.createGraph())) {
            Backward backward = new Backward(backend, options);
            List<Edge> between = inputs.stream()
                    .map(Value::slot)
                    .filter(Edge.class::isInstance)
                    .map(Edge.class::cast)
                    .toList();
            Map<Leaf, Value> found = new LinkedHashMap<>(backward.run(seeds, between));
            leafSeeds.forEach((leaf, seed) -> found.merge(leaf, seed, this::plus));
            return chosen(backward, found, inputs);
        }
    }

    private Value plus(Value a, Value b) {
        try (a;
                b) {
            return execute(new Binary(BinaryKind.ADD), a, b)[0];
        }
    }

    private static List<@Nullable Value> chosen(Backward backward, Map<Leaf, Value> found, List<Value> inputs) {
        List<@Nullable Value> chosen = new ArrayList<>();
        for (Value input : inputs) {
            @Nullable
            Value gradient = switch (input.slot()) {
                case Edge edge -> backward.captured(edge);
                case Leaf leaf -> found.containsKey(leaf) ? Edge.share(found.get(leaf)) : null;
                case null, default -> null;
            };
            chosen.add(gradient);
        }
        found.values().forEach(Value::close);
        backward.closeCaptures();
        return chosen;
    }

    /**
     * Calls a hook with the gradient of a value whenever a backward has completed it, until the result is closed.
     *
     * @throws IllegalStateException if the value requires no gradient
     */
    public static GradMode.Restore addHook(Value value, GradientHook hook) {
        Batching.refuse("the gradient that a hook sees");
        return switch (value.slot()) {
            case Edge edge -> edge.node().hooks(edge.output()).add(hook);
            case Leaf leaf -> leaf.addHook(hook);
            case null, default ->
                throw new IllegalStateException(
                        "hook: the tensor " + value.dtype() + value.shape() + " requires no gradient");
        };
    }

    /** {@return the leaves that a value depends on, each with its shape and dtype, in the order of their discovery} */
    public static Map<Leaf, ValueSpec> leaves(Value root) {
        Map<Leaf, ValueSpec> found = new LinkedHashMap<>();
        if (root.slot() instanceof Leaf leaf) {
            found.put(leaf, ValueSpec.of(root));
        } else if (root.slot() instanceof Edge edge) {
            Deque<Node> open = new ArrayDeque<>(List.of(edge.node()));
            Set<Node> seen = new HashSet<>(open);
            while (!open.isEmpty()) {
                visit(open.pop(), open, seen, found);
            }
        }
        return found;
    }

    private static void visit(Node node, Deque<Node> open, Set<Node> seen, Map<Leaf, ValueSpec> found) {
        for (int i = 0; i < node.inputCount(); i++) {
            if (node.edge(i) instanceof Edge next && seen.add(next.node())) {
                open.push(next.node());
            } else if (node.edge(i) instanceof Leaf leaf) {
                found.putIfAbsent(leaf, ValueSpec.contiguous(node.inputShape(i), node.inputType(i)));
            }
        }
    }

    /** Makes another value on the same memory with the same history; the caller owns it. */
    public static Value share(Value value) {
        return Edge.share(value);
    }

    private Value owned(Value seed) {
        try (seed) {
            return below().execute(new Copy(Copy.Order.CONTIGUOUS), seed)[0];
        }
    }

    private Value ones(Value root) {
        if (root.shape().elements() != 1) {
            throw new IllegalStateException(
                    "backward: a tensor of one element is needed, or a gradient given for it; got shape "
                            + root.shape());
        }
        return below().execute(new Full(root.shape(), root.dtype(), 1))[0];
    }

    private static Value checked(Value root, Value gradient) {
        if (!gradient.shape().equals(root.shape()) || gradient.dtype() != root.dtype()) {
            throw new IllegalArgumentException("backward: gradient " + gradient.dtype() + gradient.shape()
                    + " for a tensor " + root.dtype() + root.shape());
        }
        return Edge.share(gradient);
    }
}
