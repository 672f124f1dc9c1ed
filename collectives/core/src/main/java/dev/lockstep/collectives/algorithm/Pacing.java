package dev.lockstep.collectives.algorithm;

/**
 * How a sum in two rounds is cut into pieces; see Note [How a big sum keeps the links full]. The same on every rank.
 *
 * @param pieceBytesMin no piece is shorter, but for the last of a segment
 * @param pieceBytesMax no piece is longer
 * @param windowBytes how much of each segment may be under way at least; more where the link holds more
 */
public record Pacing(long pieceBytesMin, long pieceBytesMax, long windowBytes) {
    /**
     * Between 4 machines with links of 1 Gb/s, 16 MiB: windows of 256 to 512 KiB filled 0.96 to 0.99 of the link, 1 MiB
     * 0.94, 4 MiB 0.82; pieces of 16 KiB were worse than those of 32 and 64, which did not differ.
     */
    public static final Pacing DEFAULT = new Pacing(32 << 10, 64 << 10, 384 << 10);

    private static final int ALIGNMENT_BYTES = 64;

    /** Pieces of a segment, where its length allows: the more, the sooner the second half begins. */
    private static final int PIECES_WANTED = 8;

    /** Fewer pieces would wait for one another. */
    private static final int WINDOW_MIN = 4;

    /** All of a rank's windows together, where the cost model asks for more than usual. */
    private static final double ALL_WINDOWS_BYTES_MAX = 64 << 20;

    /** Checks that the bounds make sense together. */
    public Pacing {
        if (pieceBytesMin < ALIGNMENT_BYTES
                || pieceBytesMin % ALIGNMENT_BYTES != 0
                || pieceBytesMax % ALIGNMENT_BYTES != 0
                || pieceBytesMax < pieceBytesMin
                || windowBytes < pieceBytesMax) {
            throw new IllegalArgumentException("pacing: pieces from " + pieceBytesMin + " to " + pieceBytesMax
                    + " bytes must be multiples of " + ALIGNMENT_BYTES + ", and a window of " + windowBytes
                    + " hold one of them");
        }
    }

    /** {@return the length of all pieces but the last of a segment, where the longest segment has so many bytes} */
    long pieceBytes(long segmentBytes) {
        long wanted = Math.ceilDiv(Math.ceilDiv(segmentBytes, PIECES_WANTED), ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
        return Math.clamp(wanted, pieceBytesMin, pieceBytesMax);
    }

    /** {@return how many pieces of each of {@code size} ranks' segments may be under way} */
    int window(CostModel costs, int size, long pieceBytes) {
        double held = Math.min(costs.heldBytes(), ALL_WINDOWS_BYTES_MAX) / Math.max(1, size - 1);
        return (int) Math.max(WINDOW_MIN, Math.ceil(Math.max(held, windowBytes) / pieceBytes));
    }
}
