package dev.lockstep.collectives.algorithm;

import dev.lockstep.collectives.Algorithm;

/**
 * What a collective over messages is expected to take; see Note [Cost of an all-reduce over messages]. Every rank must
 * decide by the same numbers. Immutable.
 *
 * <pre>
 * Note [Cost of an all-reduce over messages]: with N bytes on each of n ranks, a rounds' latency of A seconds (from a
 * send to the moment at which the receiver goes on), M seconds that a rank is busy with each message, and B seconds a
 * byte through a rank's link, sums being cheap beside it:
 *
 *   tree, direct    everyone sends all to all and adds up all       A + (n - 1) M + (n - 1) N B
 *   tree, divided   everyone adds up a segment, sends it to all     2 A + 2 (n - 1) M + 2 (n - 1) / n N B
 *   ring            2 (n - 1) steps to the next neighbour           2 (n - 1) (A + M) + 2 (n - 1) / n N B
 *   doubling        log2(n) rounds with one partner, two more for   log2(n) (A + M + N B), and 2 (A + M + N B)
 *                   numbers that are no power of two                more
 *
 * What the model leaves out is that two rounds go piece by piece, so that ranks read and add while they send. Two ranks
 * move as many bytes either way, and yet whole messages of 16 and 64 MiB over loopback took 3 to 5 times as long: each
 * lay unread in the socket while its receiver added, the next one came unasked and was copied, and sums were made
 * twice, outside the caches. One of 1 MiB took less than half as long whole. So one round is for short buckets only.
 *
 * The first two give the same bits, so that the exact tree may choose between them by size, and for a power of two of
 * ranks (and no 16-bit floats) so does doubling: it sends fewest messages, which counts where ranks are many or share
 * processors. The ring never beats the divided tree in this model; it is there for links that suffer when many senders
 * meet at one receiver.
 * </pre>
 *
 * @param roundSeconds A
 * @param messageSeconds M
 * @param byteSeconds B
 */
public record CostModel(double roundSeconds, double messageSeconds, double byteSeconds) {
    /** What is assumed until it is measured: processes of one machine or of neighbouring ones, 10 Gb/s. */
    public static final CostModel ASSUMED = new CostModel(50e-6, 5e-6, 0.8e-9);

    /** Longer buckets go in two rounds whatever messages cost. */
    private static final double DIRECT_BYTES_MAX = 2 << 20;

    /** Checks that the costs are positive numbers. */
    public CostModel {
        if (!(roundSeconds > 0 && messageSeconds > 0 && byteSeconds > 0)
                || Double.isInfinite(roundSeconds + messageSeconds + byteSeconds)) {
            throw new IllegalArgumentException("cost model: a round of " + roundSeconds + " s, a message of "
                    + messageSeconds + " s, a byte of " + byteSeconds + " s must be finite and above 0");
        }
    }

    /** {@return the seconds of the tree in one round} */
    double directSeconds(int size, double sizeBytes) {
        return roundSeconds + (size - 1) * (messageSeconds + sizeBytes * byteSeconds);
    }

    /** {@return the seconds of the tree in two rounds} */
    double dividedSeconds(int size, double sizeBytes) {
        return 2 * (roundSeconds + (size - 1) * (messageSeconds + sizeBytes / size * byteSeconds));
    }

    /** {@return the seconds of the ring} */
    double ringSeconds(int size, double sizeBytes) {
        return 2 * (size - 1) * (roundSeconds + messageSeconds + sizeBytes / size * byteSeconds);
    }

    /** {@return the seconds of recursive doubling} */
    double doublingSeconds(int size, double sizeBytes) {
        int log2 = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(size);
        int rounds = log2 + (Integer.bitCount(size) == 1 ? 0 : 2);
        return rounds * (roundSeconds + messageSeconds + sizeBytes * byteSeconds);
    }

    /**
     * {@return how many bytes a rank must have under way, so that its link never rests while they are added and come
     * back: two rounds' worth, twice, since half of them may be late}
     */
    double heldBytes() {
        return 4 * roundSeconds / byteSeconds;
    }

    /** {@return whether the tree goes in one round: it is short, and faster so than in two} */
    boolean isDirect(int size, double sizeBytes) {
        return sizeBytes <= DIRECT_BYTES_MAX && directSeconds(size, sizeBytes) <= dividedSeconds(size, sizeBytes);
    }

    /** {@return the algorithm that is expected to be the fastest} */
    public Algorithm fastest(int size, double sizeBytes) {
        double tree = Math.min(directSeconds(size, sizeBytes), dividedSeconds(size, sizeBytes));
        double doubling = doublingSeconds(size, sizeBytes);
        double ring = ringSeconds(size, sizeBytes);
        if (tree <= doubling && tree <= ring) {
            return Algorithm.TREE;
        }
        return doubling <= ring ? Algorithm.DOUBLING : Algorithm.RING;
    }
}
