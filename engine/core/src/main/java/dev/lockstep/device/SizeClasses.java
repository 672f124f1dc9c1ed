package dev.lockstep.device;

/**
 * The sizes in which a pool hands out blocks: multiples of 64 bytes up to 256, then four steps to each power of two, so
 * that at most a fifth of a block is left unused.
 */
final class SizeClasses {
    private static final int UNIT_SHIFT = 6;
    private static final int STEPS_SHIFT = 2;
    private static final int STEPS = 1 << STEPS_SHIFT;

    /** How many classes there are: enough for every size that a long can hold in practice, 2^55 bytes. */
    static final int COUNT = STEPS * 48;

    private SizeClasses() {}

    /** {@return the class whose size is the smallest that holds {@code sizeBytes}} */
    static int of(long sizeBytes) {
        long units = Math.max(1, (sizeBytes + (1L << UNIT_SHIFT) - 1) >>> UNIT_SHIFT);
        if (units <= STEPS) {
            return (int) units - 1;
        }
        int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(units - 1); // 2^exponent <= units - 1
        int shift = exponent - STEPS_SHIFT;
        int step = (int) ((units - 1) >>> shift); // STEPS .. 2 STEPS - 1
        return shift * STEPS + step;
    }

    /** {@return the bytes of a block of a class} */
    static long sizeBytes(int sizeClass) {
        if (sizeClass < STEPS) {
            return (sizeClass + 1L) << UNIT_SHIFT;
        }
        int shift = sizeClass / STEPS - 1;
        long step = STEPS + sizeClass % STEPS + 1L;
        return step << (shift + UNIT_SHIFT);
    }
}
