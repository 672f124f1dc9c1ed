package dev.lockstep.backend;

import dev.lockstep.device.MemoryPool;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.util.List;
import java.util.stream.Stream;

/**
 * Describes a value without its memory.
 *
 * @param layout where the elements lie in their storage
 * @param dtype the type of the elements
 */
public record ValueSpec(Layout layout, DType dtype) {
    /** Describes an existing value. */
    public static ValueSpec of(Value value) {
        return new ValueSpec(value.layout(), value.dtype());
    }

    /** Describes existing values. */
    public static List<ValueSpec> of(Value... values) {
        return Stream.of(values).map(ValueSpec::of).toList();
    }

    /** Describes a value in C order. */
    public static ValueSpec contiguous(Shape shape, DType dtype) {
        return new ValueSpec(Layout.contiguous(shape), dtype);
    }

    /** {@return the logical shape} */
    public Shape shape() {
        return layout.shape();
    }

    /** {@return the bytes of a storage that just holds the elements of this dense layout} */
    public long sizeBytes() {
        return shape().elements() * dtype.sizeBytes();
    }

    /** Allocates a value like this, not zeroed. The layout must be dense and start at 0. */
    public Value allocate(MemoryPool memory) {
        return new Value(memory.allocate(sizeBytes()), layout, dtype);
    }
}
