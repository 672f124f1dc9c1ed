package dev.lockstep.autograd;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Op;
import dev.lockstep.device.Device;
import dev.lockstep.device.MemoryPool;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Records what the backend below executes, wherever an input requires a gradient, and computes gradients from the record. Thread-safe;
 * a graph is confined to the thread that builds it.
 */
public final class AutogradBackend implements Backend {
    private final Backend below;

    /** Decorates a backend. */
    public AutogradBackend(Backend below) {
        this.below = below;
    }

    @Override
    public Device device() {
        return below.device();
    }

    @Override
    public MemoryPool memory() {
        return below.memory();
    }

    @Override
    public boolean supports(Op op) {
        return below.supports(op);
    }

    @Override
    public String numericsFingerprint() {
        return below.numericsFingerprint();
    }

    @Override
    public Value[] execute(Op op, Value... inputs) {
        return below.execute(op, inputs);
    }

    /**
     * Computes the gradient of {@code root} for every leaf it depends on.
     *
     * @param gradient the gradient of the root itself, null for a root of one element, where it is 1
     * @return the gradients in the order in which they were completed; the caller owns the values
     * @throws IllegalStateException if the root has no graph, or a graph that an earlier backward has consumed
     */
    public Map<Leaf, Value> backward(Value root, @Nullable Value gradient, BackwardOptions options) {
        throw new UnsupportedOperationException("backward: not landed yet");
    }
}
