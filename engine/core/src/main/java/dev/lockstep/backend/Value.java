package dev.lockstep.backend;

import dev.lockstep.device.Device;
import dev.lockstep.device.Storage;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Stands between backend and tensor: a storage, a layout, a dtype, and a slot that autograd owns. A value holds one
 * reference on its storage and drops it when closed; whoever receives a value owns it. Closing twice does nothing.
 */
public final class Value implements AutoCloseable {
    private final Storage storage;
    private final Layout layout;
    private final DType dtype;
    private final AtomicBoolean closed = new AtomicBoolean();
    private @Nullable Slot slot;

    /** What a decorator of the backend hangs on a value. Closed together with the value. */
    public interface Slot extends AutoCloseable {
        @Override
        void close();
    }

    /** Wraps a storage and takes over one reference on it. */
    public Value(Storage storage, Layout layout, DType dtype) {
        this.storage = storage;
        this.layout = layout;
        this.dtype = dtype;
    }

    /** {@return the value of the most elements, the first of several} */
    public static Value largest(Value... values) {
        Value largest = values[0];
        for (Value value : values) {
            largest = value.shape().elements() > largest.shape().elements() ? value : largest;
        }
        return largest;
    }

    /** {@return the memory} */
    public Storage storage() {
        return storage;
    }

    /** {@return where the elements lie} */
    public Layout layout() {
        return layout;
    }

    /** {@return the logical shape} */
    public Shape shape() {
        return layout.shape();
    }

    /** {@return the type of the elements} */
    public DType dtype() {
        return dtype;
    }

    /** {@return the device that holds the memory} */
    public Device device() {
        return storage.device();
    }

    /** {@return the native address of the first element (offset applied)} */
    public long address() {
        return storage.address() + layout.offset() * dtype.sizeBytes();
    }

    /** Makes another value on the same memory under another layout, with a reference of its own and an empty slot. */
    public Value view(Layout other) {
        storage.retain();
        return new Value(storage, other, dtype);
    }

    /** Makes another value on the same memory and layout, with a reference of its own and an empty slot. */
    public Value alias() {
        return view(layout);
    }

    /** {@return what autograd hung here, if anything} */
    public @Nullable Slot slot() {
        return slot;
    }

    /** Hangs something on this value; it will be closed with it. */
    public void setSlot(@Nullable Slot newSlot) {
        this.slot = newSlot;
    }

    /** {@return whether this value was closed} */
    public boolean isClosed() {
        return closed.get();
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        Slot mine = slot;
        slot = null;
        if (mine != null) {
            mine.close();
        }
        storage.release();
    }

    @Override
    public String toString() {
        return dtype + " " + layout + " on " + device();
    }
}
