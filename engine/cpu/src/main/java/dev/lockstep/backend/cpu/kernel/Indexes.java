package dev.lockstep.backend.cpu.kernel;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Checks indexes before kernels follow them. */
final class Indexes {
    private Indexes() {}

    /** {@return whether {@code count} i32 numbers are all in {@code [0, limit)}} */
    static boolean areBelow(int limit, long address, long count) {
        int bad = 0; // Negative if any number, or its distance to the last allowed one, is.
        long whole = count - count % Lanes.COUNT;
        IntVector vectors = IntVector.zero(Lanes.INTS);
        for (long i = 0; i < whole; i += Lanes.COUNT) {
            IntVector numbers = Lanes.loadInts(address + i * Integer.BYTES);
            vectors = Lanes.known(vectors).or(numbers).or(numbers.neg().add(limit - 1));
        }
        bad |= vectors.reduceLanes(VectorOperators.OR);
        for (long i = whole; i < count; i++) {
            int number = Lanes.getInt(address + i * Integer.BYTES);
            bad |= number | (limit - 1 - number);
        }
        return bad >= 0;
    }
}
