package dev.lockstep.module;

import dev.lockstep.autograd.GradMode;
import dev.lockstep.backend.Value;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/** Shows a tensor's elements as bytes. */
public final class TensorBytes {
    private TensorBytes() {}

    /**
     * Lends the elements in C order, in the machine's byte order, to {@code reader}; copies only what does not lie so
     * already. The segment is valid during the call.
     */
    public static void read(Tensor tensor, Consumer<MemorySegment> reader) {
        try (var _ = GradMode.noGrad();
                var _ = Scope.open("bytes")) {
            Value value = tensor.contiguous().value();
            long width = value.dtype().sizeBytes();
            reader.accept(value.storage()
                    .segment()
                    .asSlice(value.layout().offset() * width, value.shape().elements() * width));
        }
    }
}
