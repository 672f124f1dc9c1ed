package dev.lockstep.backend.cpu.kernel;

/**
 * Adds flat f32 arrays, as collectives do with partial gradients. One float addition an element, so any order gives the
 * same bits.
 */
public final class FlatSum {
    private FlatSum() {}

    /**
     * Computes y = a + b.
     *
     * @param a the address of {@code count} floats, as are b and y; y may be a or b, and must not overlap them
     *     otherwise
     */
    public static void add(long a, long b, long y, long count) {
        long whole = count / Lanes.COUNT * Lanes.BYTES;
        for (long i = 0; i < whole; i += Lanes.BYTES) {
            Lanes.store(Lanes.load(a + i).add(Lanes.load(b + i)), y + i);
        }
        for (long i = whole; i < count * Float.BYTES; i += Float.BYTES) {
            Lanes.set(y + i, Lanes.get(a + i) + Lanes.get(b + i));
        }
    }
}
