package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.Value;
import dev.lockstep.layout.DType;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Reads indexes, and checks them before kernels follow them. */
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
        bad |= Lanes.known(vectors).reduceLanes(VectorOperators.OR);
        for (long i = whole; i < count; i++) {
            int number = Lanes.getInt(address + i * Integer.BYTES);
            bad |= number | (limit - 1 - number);
        }
        return bad >= 0;
    }

    /**
     * {@return whether all numbers of a value in C order are in {@code [0, limit)}; the scalar backend says which not}
     */
    static boolean areBelow(long limit, Value index) {
        for (long i = 0; i < index.shape().elements(); i++) {
            long number = number(index, i);
            if (number < 0 || number >= limit) {
                return false;
            }
        }
        return true;
    }

    /** {@return number {@code i} of I64 or I32 values in C order} */
    static long number(Value index, long i) {
        return index.dtype() == DType.I64
                ? Lanes.getLong(index.address() + i * Long.BYTES)
                : Lanes.getInt(index.address() + i * Integer.BYTES);
    }
}
