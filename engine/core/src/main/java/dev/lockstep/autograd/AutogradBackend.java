package dev.lockstep.autograd;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.BackendDecorator;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Creation.Full;
import dev.lockstep.backend.op.Elementwise.Copy;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.Update;
import java.util.Map;
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
                case Edge edge -> new Backward(backend, options).run(edge, seed);
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
