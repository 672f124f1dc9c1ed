package dev.lockstep.backend.cpu.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Largest and smallest of consecutive floats. The order of comparisons does not matter. */
final class Extremes {
    private static final int SIGN_SHIFT = 31;

    private Extremes() {}

    /** {@return the largest of {@code count} floats; NaN if any is, -infinity for none} */
    static float max(long address, long count) {
        if (count < Lanes.COUNT) {
            return Lanes.loadFew(address, count, Float.NEGATIVE_INFINITY).reduceLanes(VectorOperators.MAX);
        }
        long end = address + (count - Lanes.COUNT) * Float.BYTES;
        FloatVector max = Lanes.load(end);
        for (long at = address; at < end; at += Lanes.BYTES) {
            max = Lanes.known(max).max(Lanes.load(at));
        }
        return Lanes.known(max).reduceLanes(VectorOperators.MAX);
    }

    /** {@return the smallest of {@code count} floats; NaN if any is, infinity for none} */
    static float min(long address, long count) {
        if (count < Lanes.COUNT) {
            return Lanes.loadFew(address, count, Float.POSITIVE_INFINITY).reduceLanes(VectorOperators.MIN);
        }
        long end = address + (count - Lanes.COUNT) * Float.BYTES;
        FloatVector min = Lanes.load(end);
        for (long at = address; at < end; at += Lanes.BYTES) {
            min = Lanes.known(min).min(Lanes.load(at));
        }
        return Lanes.known(min).reduceLanes(VectorOperators.MIN);
    }

    /**
     * {@return the largest of the floats, at least a vector of them; any float if one is NaN} Comparing them as
     * integers takes a quarter of the time of a maximum that keeps NaN.
     */
    static float largestNumber(long address, long count) {
        long end = address + (count - Lanes.COUNT) * Float.BYTES;
        IntVector max = ordered(Lanes.load(end));
        for (long at = address; at < end; at += Lanes.BYTES) {
            max = Lanes.known(max).max(ordered(Lanes.load(at)));
        }
        int largest = Lanes.known(max).reduceLanes(VectorOperators.MAX);
        return Float.intBitsToFloat(largest < 0 ? largest ^ Integer.MAX_VALUE : largest);
    }

    /** {@return integers in the order of the floats: of negative ones all bits but the sign are turned over} */
    private static IntVector ordered(FloatVector v) {
        IntVector bits = v.reinterpretAsInts();
        return bits.lanewise(VectorOperators.ASHR, SIGN_SHIFT)
                .lanewise(VectorOperators.LSHR, 1)
                .lanewise(VectorOperators.XOR, bits);
    }
}
