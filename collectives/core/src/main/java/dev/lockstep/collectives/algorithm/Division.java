package dev.lockstep.collectives.algorithm;

/**
 * Divides a bucket into stretches, and each stretch among the ranks: everyone owns one segment of every stretch.
 *
 * @param elements the length of the bucket
 * @param size the number of ranks
 * @param blockElements segments of a stretch begin at multiples of so many
 * @param stretchElements the length of all stretches but the last
 * @param scattered whether a rank's segments together make its block of the bucket, instead of lying side by side with
 *     those of the others in every stretch; the stretch is then of each block
 */
record Division(long elements, int size, long blockElements, long stretchElements, boolean scattered) {
    private static final long ALIGNMENT_BYTES = 64;

    /** {@return stretches so long that a rank publishes at most so many bytes of each} */
    static Division of(SumShape shape, long publishedBytes, boolean scattered) {
        int size = shape.ranks();
        long block = ALIGNMENT_BYTES / shape.elementBytes();
        long pads = ALIGNMENT_BYTES * (1 + (long) size * shape.nodesMax());
        long bytes = Math.max(0, publishedBytes - pads) / shape.nodesMax() / (scattered ? size : 1);
        long stretch = Math.max(1, bytes / ALIGNMENT_BYTES) * block;
        return new Division(shape.elements(), size, block, stretch, scattered);
    }

    /** {@return stretches of about so many bytes} */
    static Division ofStretches(SumShape shape, long stretchBytes) {
        long block = ALIGNMENT_BYTES / shape.elementBytes();
        return new Division(shape.elements(), shape.ranks(), block, stretchBytes / ALIGNMENT_BYTES * block, false);
    }

    private long divided() {
        return scattered ? elements / size : elements;
    }

    /** {@return the number of stretches, at least 1} */
    long stretches() {
        return Math.max(1, Math.ceilDiv(divided(), stretchElements));
    }

    /**
     * {@return where the segment of {@code rank} begins in a stretch; for {@code rank = size} where the stretch ends}
     */
    private long bound(long stretch, int rank) {
        long from = stretch * stretchElements;
        long length = Math.min(stretchElements, divided() - from);
        long blocks = Math.ceilDiv(length, blockElements);
        return from + Math.min(length, blocks * rank / size * blockElements);
    }

    /** {@return where a segment begins in the bucket} */
    long from(long stretch, int rank) {
        return scattered ? rank * divided() + stretch * stretchElements : bound(stretch, rank);
    }

    /** {@return the length of a segment} */
    long count(long stretch, int rank) {
        return scattered
                ? Math.min(stretchElements, divided() - stretch * stretchElements)
                : bound(stretch, rank + 1) - bound(stretch, rank);
    }
}
