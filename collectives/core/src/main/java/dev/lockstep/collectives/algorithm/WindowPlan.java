package dev.lockstep.collectives.algorithm;

import dev.lockstep.collectives.transport.Windows;

/**
 * Chooses how a reduction runs over shared memory, from what is the same on every rank.
 *
 * <pre>
 * Note [Cost of a reduction over shared memory]: with N bytes on each of n ranks, a processor moving B bytes/s, and
 * S seconds for all ranks to meet:
 *
 *   direct     everyone publishes all it has and adds up all itself   N (n + 3) / B + S a round
 *   divided    everyone adds up one segment, then collects the rest   N (4 + 2 / n) / B + S a round, one round more
 *
 * So direct is better for two ranks at any size, and for more while (n - 1) N / B is below the one round more: below
 * about 128 KiB / (n - 1) where ranks have processors of their own (S = 0.3 us, B = 40 GB/s), below sixteen times that
 * where they take turns (S = 5 us a rank and more).
 * </pre>
 *
 * @param size the number of ranks
 * @param directBytesMax up to so many bytes a rank a reduction is direct
 * @param roundBytes how much a rank publishes in one round
 */
record WindowPlan(int size, long directBytesMax, long roundBytes) {
    /** Slots stay in the second-level cache where every rank has a processor. */
    private static final long ROUND_BYTES = 128 << 10;

    /** Where ranks take turns a round costs switches between them: fewer and longer rounds. */
    private static final long ROUND_BYTES_OVERSUBSCRIBED = 1 << 20;

    private static final long DIRECT_BYTES = 128 << 10;
    private static final long DIRECT_BYTES_OVERSUBSCRIBED = 2 << 20;

    static WindowPlan of(Windows windows) {
        int size = windows.size();
        boolean crowded = windows.isOversubscribed();
        long direct = size <= 2 ? Long.MAX_VALUE : (crowded ? DIRECT_BYTES_OVERSUBSCRIBED : DIRECT_BYTES) / (size - 1);
        long slotBytes = windows.window().slotBytes();
        return new WindowPlan(size, direct, Math.min(slotBytes, crowded ? ROUND_BYTES_OVERSUBSCRIBED : ROUND_BYTES));
    }

    boolean isDirect(long sizeBytes) {
        return sizeBytes <= directBytesMax;
    }
}
