package dev.lockstep.module;

import dev.lockstep.autograd.GradMode;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Collects the new values that modules want for their buffers, so that forward itself never writes shared state. A
 * trainer runs each virtual rank with a collection of its own, averages the values through the tree and writes the
 * buffers once a step:
 *
 * <pre>{@code
 * try (var updates = new BufferUpdates()) {
 *     Tensor loss = updates.during(() -> model.call(batch.x()));
 *     updates.of(buffer).ifPresent(value -> ...);
 * }
 * }</pre>
 *
 * Outside of any collection a value is written at once, as a hand-written loop expects. Confined to the thread that
 * runs the body.
 */
public final class BufferUpdates implements AutoCloseable {
    private static final ThreadLocal<@Nullable BufferUpdates> CURRENT = new ThreadLocal<>();

    /** Looked up by buffer only, never walked: the order of an identity map means nothing. */
    private final IdentityHashMap<Tensor, Tensor> values = new IdentityHashMap<>();

    /** Makes an empty collection. */
    public BufferUpdates() {}

    /** Runs a body whose buffer updates, made on this thread, come to this collection. Returns the body's result. */
    public <T> T during(Supplier<T> body) {
        BufferUpdates outer = CURRENT.get();
        CURRENT.set(this);
        try {
            return body.get();
        } finally {
            CURRENT.set(outer);
        }
    }

    /** Tells the collection of this thread the new value of a buffer; without one the buffer is written at once. */
    public static void emit(Tensor buffer, Tensor value) {
        if (!buffer.shape().equals(value.shape()) || buffer.dtype() != value.dtype()) {
            throw new IllegalArgumentException("buffer update: " + value.dtype() + value.shape() + " for a buffer of "
                    + buffer.dtype() + buffer.shape());
        }
        BufferUpdates sink = CURRENT.get();
        try (var _ = GradMode.noGrad()) {
            if (sink == null) {
                buffer.copy_(value);
            } else {
                sink.put(buffer, value);
            }
        }
    }

    /**
     * {@return the value a module should read: the newest one emitted on this thread in this collection, or the buffer
     * itself}
     */
    public static Tensor current(Tensor buffer) {
        BufferUpdates sink = CURRENT.get();
        return sink == null ? buffer : sink.values.getOrDefault(buffer, buffer);
    }

    /** {@return the new value of a buffer, empty if there was none; it stays this collection's} */
    public Optional<Tensor> of(Tensor buffer) {
        return Optional.ofNullable(values.get(buffer));
    }

    /** {@return how many buffers have a new value} */
    public int count() {
        return values.size();
    }

    /** Ends the lives of the collected values. */
    @Override
    public void close() {
        values.values().forEach(Tensor::close);
        values.clear();
    }

    private void put(Tensor buffer, Tensor value) {
        Tensor own = Scope.outside(() -> value.detach());
        Tensor before = values.put(buffer, own);
        if (before != null) {
            before.close();
        }
    }
}
