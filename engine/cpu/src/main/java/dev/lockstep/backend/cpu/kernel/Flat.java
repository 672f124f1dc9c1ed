package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.Value;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.device.Storage;
import dev.lockstep.layout.Layout;
import org.jspecify.annotations.Nullable;

/**
 * An operand as a flat stream in the order of a dense result: read in place where it lies like the result, as one
 * vector again and again where it is a single number of four bytes (one number of eight), else from a copy that lives
 * as long as this.
 *
 * @param address where the stream begins
 * @param step 1, or 0 where what lies at the address stands for all
 * @param copy the copy's memory, if there is one
 */
record Flat(long address, long step, @Nullable Storage copy) implements AutoCloseable {
    /** Finds or makes the stream of a value that broadcasts to a dense layout without offset. */
    static Flat of(MemoryPool pool, Value value, Layout result) {
        boolean sameShape = value.shape().equals(result.shape());
        if (sameShape && Values.sameStrides(value.layout(), result)) {
            return new Flat(value.address(), 1, null);
        }
        if (value.shape().elements() == 1 && value.dtype().sizeBytes() == Float.BYTES) {
            return number(pool, Lanes.get(value.address()));
        }
        if (value.shape().elements() == 1 && value.dtype().sizeBytes() == Long.BYTES) {
            return new Flat(value.address(), 0, null);
        }
        Storage memory = pool.allocate(result.shape().elements() * value.dtype().sizeBytes());
        try (Value target = new Value(memory.retain(), result, value.dtype())) {
            StridedCopy.run(value, value.layout().expand(result.shape()), target, result);
        }
        return new Flat(memory.address(), 1, memory);
    }

    /** Makes the stream of one number. */
    static Flat number(MemoryPool pool, float number) {
        Storage vector = pool.allocate(Lanes.BYTES);
        Fill.run(number, vector.address(), Lanes.COUNT);
        return new Flat(vector.address(), 0, vector);
    }

    /** Writes a number that stands for all to a block, from which {@link #from} then gives it. */
    void fill(long block, long count) {
        if (step == 0) {
            Fill.run(Lanes.get(address), block, count);
        }
    }

    /** {@return where the floats from {@code start} on lie: in the block if one number stands for all} */
    long from(long start, long block) {
        return step == 0 ? block : address + start * Float.BYTES;
    }

    @Override
    public void close() {
        if (copy != null) {
            copy.release();
        }
    }
}
