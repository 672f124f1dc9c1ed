package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.op.FixedSum;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sums and maxima of consecutive floats. Sixteen running sums are two vectors of eight on every machine, which is Note
 * [Order of sums] whatever the preferred vector length.
 */
final class Sums {
    private static final VectorSpecies<Float> EIGHT = FloatVector.SPECIES_256;
    private static final long HALF_BYTES = 8L * Float.BYTES;
    private static final long STEP_BYTES = 16L * Float.BYTES;

    @SuppressWarnings("restricted") // See Lanes.
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private Sums() {}

    /** Sums {@code count} floats in the order of {@link FixedSum}. */
    static float sum(long address, long count) {
        if (count <= FixedSum.BLOCK) {
            return block(address, count);
        }
        FixedSum blocks = new FixedSum();
        for (long start = 0; start < count; start += FixedSum.BLOCK) {
            blocks.add(block(address + start * Float.BYTES, Math.min(FixedSum.BLOCK, count - start)));
        }
        return blocks.value();
    }

    private static float block(long address, long count) {
        FloatVector low = FloatVector.zero(EIGHT);
        FloatVector high = FloatVector.zero(EIGHT);
        long rest = count % FixedSum.LANES;
        long end = address + (count - rest) * Float.BYTES;
        for (long at = address; at < end; at += STEP_BYTES) {
            low = low.add(load(at));
            high = high.add(load(at + HALF_BYTES));
        }
        if (rest == 0) {
            return fold(low.add(high));
        }
        // Adding the +0 of a missing summand leaves a sum that started at +0 as it is.
        long padded = Scratch.current().padded(end, rest);
        return fold(low.add(load(padded)).add(high.add(load(padded + HALF_BYTES))));
    }

    private static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(EIGHT, ALL, address, ByteOrder.LITTLE_ENDIAN);
    }

    /** Folds eight lanes: l + l+4, then + l+2, then + l+1. */
    private static float fold(FloatVector v) {
        float a = v.lane(0) + v.lane(4);
        float b = v.lane(1) + v.lane(5);
        float c = v.lane(2) + v.lane(6);
        float d = v.lane(3) + v.lane(7);
        return (a + c) + (b + d);
    }

    /** {@return the largest of at least one float; NaN if any is} The order does not matter. */
    static float max(long address, long count) {
        if (count < Lanes.COUNT) {
            float max = Float.NEGATIVE_INFINITY;
            for (long i = 0; i < count; i++) {
                max = Math.max(max, Lanes.get(address + i * Float.BYTES));
            }
            return max;
        }
        long end = address + (count - Lanes.COUNT) * Float.BYTES;
        FloatVector max = Lanes.load(end);
        for (long at = address; at < end; at += Lanes.BYTES) {
            max = max.max(Lanes.load(at));
        }
        float result = max.lane(0);
        for (int lane = 1; lane < Lanes.COUNT; lane++) {
            result = Math.max(result, max.lane(lane));
        }
        return result;
    }
}
