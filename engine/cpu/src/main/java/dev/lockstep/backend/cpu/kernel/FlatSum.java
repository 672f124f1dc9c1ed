package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.op.HalfPrecision;

/**
 * Adds flat arrays, as collectives do with partial gradients. One addition an element, so any order gives the same
 * bits.
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

    /** Computes y = a + b in bfloat16, each sum rounded to nearest even; addresses as in {@link #add}. */
    public static void addBf16(long a, long b, long y, long count) {
        long sizeBytes = count * Short.BYTES;
        long step = Lanes.COUNT * (long) Short.BYTES;
        long whole = count / Lanes.COUNT * step;
        for (long i = 0; i < whole; i += step) {
            Lanes.storeBf16(Lanes.loadBf16(a + i).add(Lanes.loadBf16(b + i)), y + i);
        }
        for (long i = whole; i < sizeBytes; i += Short.BYTES) {
            float sum = HalfPrecision.fromBf16(Lanes.getShort(a + i)) + HalfPrecision.fromBf16(Lanes.getShort(b + i));
            Lanes.setShort(y + i, HalfPrecision.toBf16(sum));
        }
    }

    /** Computes y = a + b in IEEE half, each sum rounded to nearest even; addresses as in {@link #add}. */
    public static void addF16(long a, long b, long y, long count) {
        for (long i = 0; i < count * Short.BYTES; i += Short.BYTES) {
            float sum = HalfPrecision.fromF16(Lanes.getShort(a + i)) + HalfPrecision.fromF16(Lanes.getShort(b + i));
            Lanes.setShort(y + i, HalfPrecision.toF16(sum));
        }
    }
}
