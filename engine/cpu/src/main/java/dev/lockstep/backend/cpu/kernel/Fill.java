package dev.lockstep.backend.cpu.kernel;

import jdk.incubator.vector.FloatVector;

/** Writes one number many times. */
final class Fill {
    private Fill() {}

    /** Writes {@code count} floats at {@code address}. */
    static void run(float number, long address, long count) {
        FloatVector vector = Lanes.all(number);
        long whole = count / Lanes.COUNT * Lanes.BYTES;
        for (long i = 0; i < whole; i += Lanes.BYTES) {
            Lanes.store(vector, address + i);
        }
        for (long i = whole; i < count * Float.BYTES; i += Float.BYTES) {
            Lanes.set(address + i, number);
        }
    }
}
