package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.ValueSpec;
import dev.lockstep.backend.op.Creation;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.layout.DType;
import org.jspecify.annotations.Nullable;

/** Values that hold one number: zeros of any dtype, and f32 numbers. Thread-safe. */
public final class Creations {
    private final MemoryPool pool;

    /** Makes the creations of a backend. */
    public Creations(MemoryPool pool) {
        this.pool = pool;
    }

    /** Executes an op, or returns null where there is no kernel for it. */
    public Value @Nullable [] tryExecute(Creation op) {
        return switch (op) {
            case Creation.Full full
            when isZero(full) -> {
                Value y = allocate(full);
                Lanes.clear(y.address(), full.shape().elements() * full.dtype().sizeBytes());
                yield new Value[] {y};
            }
            case Creation.Full full
            when full.dtype() == DType.F32 -> {
                Value y = allocate(full);
                Fill.run((float) full.value(), y.address(), full.shape().elements());
                yield new Value[] {y};
            }
            case Creation.Full _, Creation.Empty _, Creation.Arange _ -> null;
        };
    }

    private Value allocate(Creation.Full op) {
        return ValueSpec.contiguous(op.shape(), op.dtype()).allocate(pool);
    }

    /** {@return whether all bytes are zero, as those of -0.0 are not} */
    private static boolean isZero(Creation.Full op) {
        return op.dtype().isFloating() ? Double.doubleToRawLongBits(op.value()) == 0 : op.value() == 0;
    }
}
