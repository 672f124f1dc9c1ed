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
 *
 * Both copy what they have to slots first, and lines that another processor has read are taken back slowly; see Note
 * [Taking lines back]. Buckets that lie in rooms are read where they lie: two rounds more, to tell where and to let
 * nobody free too early, but no copy. Beyond the caches it is memory that limits: reading N (n - 1) + N and writing N
 * if each adds up everything, reading 2 N - N / n and writing N if each adds up its part.
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

    private static final long LOCATED_BYTES_PAIR = 256 << 10;
    private static final long LOCATED_BYTES = 1 << 20;

    /** What two processors may both keep in their caches: beyond it, bytes are dearer than rounds. */
    private static final long TOGETHER_BYTES = 2 << 20;

    /** So long that what a rank has added up has left its own cache, and still lies in the one that all share. */
    private static final long STRETCH_BYTES = 32 << 20;

    private static final long DIRECT_BYTES = 128 << 10;
    private static final long DIRECT_BYTES_OVERSUBSCRIBED = 2 << 20;

    static WindowPlan of(Windows windows) {
        int size = windows.size();
        boolean crowded = windows.isOversubscribed();
        long direct = size <= 2 ? Long.MAX_VALUE : (crowded ? DIRECT_BYTES_OVERSUBSCRIBED : DIRECT_BYTES) / (size - 1);
        long slotBytes = windows.window().slotBytes();
        return new WindowPlan(size, direct, Math.min(slotBytes, crowded ? ROUND_BYTES_OVERSUBSCRIBED : ROUND_BYTES));
    }

    /** {@return whether asking where buckets lie is cheap beside copying them to slots} */
    boolean isWorthLocating(long sizeBytes) {
        return size > 1 && sizeBytes >= (size == 2 ? LOCATED_BYTES_PAIR : LOCATED_BYTES);
    }

    /** {@return whether buckets in rooms are best added up in parts by all, instead of wholly by each of two} */
    boolean isDividedInRooms(long sizeBytes) {
        return size > 2 || sizeBytes > TOGETHER_BYTES;
    }

    /** {@return how much of a bucket in a room is added up between two rounds} */
    long stretchBytes() {
        return STRETCH_BYTES;
    }

    /** {@return whether a reduction over ranks is direct, through slots, and done in one round} */
    boolean isOneRound(long sizeBytes) {
        return sizeBytes <= roundBytes && isDirect(sizeBytes) && !isWorthLocating(sizeBytes);
    }

    boolean isDirect(long sizeBytes) {
        return sizeBytes <= directBytesMax;
    }
}
