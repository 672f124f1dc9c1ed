package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.op.FixedSum;
import java.lang.constant.ConstantDescs;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The sum of one function of a number and two arguments; {@link LoopTemplate} makes a copy of this class for each
 * function. Sixteen running sums are two vectors of eight on every machine, which is Note [Order of sums] whatever the
 * preferred vector length.
 */
final class SumLoop implements SumKernel {
    private static final LaneTernary FUNCTION = function();
    private static final VectorSpecies<Float> EIGHT = FloatVector.SPECIES_256;
    private static final long HALF_BYTES = 8L * Float.BYTES;
    private static final long STEP_BYTES = 16L * Float.BYTES;

    @SuppressWarnings("restricted") // See Lanes.
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    /** Made by {@link LoopTemplate}. */
    SumLoop() {}

    private static LaneTernary function() {
        try {
            return MethodHandles.classData(MethodHandles.lookup(), ConstantDescs.DEFAULT_NAME, LaneTernary.class);
        } catch (IllegalAccessException e) {
            throw new AssertionError("the template itself is not to be used", e);
        }
    }

    @Override
    public float run(float number, long a, long b, long count) {
        if (count <= FixedSum.BLOCK) {
            return block(number, a, b, count);
        }
        FixedSum blocks = new FixedSum();
        for (long start = 0; start < count; start += FixedSum.BLOCK) {
            long offset = start * Float.BYTES;
            blocks.add(block(number, a + offset, b + offset, Math.min(FixedSum.BLOCK, count - start)));
        }
        return blocks.value();
    }

    private static float block(float number, long a, long b, long count) {
        FloatVector numbers = FloatVector.broadcast(EIGHT, number);
        FloatVector low = FloatVector.zero(EIGHT);
        FloatVector high = FloatVector.zero(EIGHT);
        long rest = count % FixedSum.LANES;
        long end = (count - rest) * Float.BYTES;
        for (long i = 0; i < end; i += STEP_BYTES) {
            low = Lanes.known(low, EIGHT).add(FUNCTION.apply(numbers, load(a + i), load(b + i)));
            high = Lanes.known(high, EIGHT)
                    .add(FUNCTION.apply(numbers, load(a + i + HALF_BYTES), load(b + i + HALF_BYTES)));
        }
        if (rest > 0) {
            low = addFew(low, numbers, a + end, b + end, rest);
            high = addFew(high, numbers, a + end + HALF_BYTES, b + end + HALF_BYTES, rest - EIGHT.length());
        }
        return fold(Lanes.known(low, EIGHT).add(Lanes.known(high, EIGHT)));
    }

    /** Adds to the first {@code count} lanes only. */
    private static FloatVector addFew(FloatVector sums, FloatVector numbers, long a, long b, long count) {
        if (count <= 0) {
            return sums;
        }
        VectorMask<Float> mask = EIGHT.indexInRange(0, count);
        FloatVector left = FloatVector.fromMemorySegment(EIGHT, ALL, a, ByteOrder.LITTLE_ENDIAN, mask);
        FloatVector right = FloatVector.fromMemorySegment(EIGHT, ALL, b, ByteOrder.LITTLE_ENDIAN, mask);
        return Lanes.known(sums, EIGHT).lanewise(VectorOperators.ADD, FUNCTION.apply(numbers, left, right), mask);
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
}
