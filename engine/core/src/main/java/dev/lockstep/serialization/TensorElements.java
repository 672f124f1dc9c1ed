package dev.lockstep.serialization;

import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Makes tensors of bytes out of files. */
final class TensorElements {
    private TensorElements() {}

    /** {@return the bytes that elements take} @throws ArithmeticException if they are more than 64 bits count */
    static long sizeBytes(DType dtype, Shape shape) {
        return Math.multiplyExact(shape.elements(), (long) dtype.sizeBytes());
    }

    /**
     * Copies elements in C order, little-endian, to a tensor outside of any scope.
     *
     * @throws CheckpointCorruptException if a bool is neither 0 nor 1
     */
    static Tensor copy(FileBytes file, String name, MemorySegment elements, DType dtype, Shape shape) {
        if (dtype == DType.BOOL) {
            checkBools(file, name, elements);
        }
        return Scope.outside(() -> Tensors.of(elements, dtype, shape.toArray()));
    }

    private static void checkBools(FileBytes file, String name, MemorySegment elements) {
        for (long i = 0; i < elements.byteSize(); i++) {
            byte found = elements.get(ValueLayout.JAVA_BYTE, i);
            if ((found & ~1) != 0) {
                throw file.broken("'" + name + "': expected bools of 0 or 1, found " + (found & 0xff) + " at " + i);
            }
        }
    }
}
