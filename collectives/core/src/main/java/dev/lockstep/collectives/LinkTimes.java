package dev.lockstep.collectives;

import dev.lockstep.collectives.algorithm.CostModel;

/**
 * What one rank has seen of its group's messages; see {@link CostProbe}. Infinite what it has not seen yet. Immutable.
 *
 * @param smallSeconds the fastest exchange of few bytes with the neighbours
 * @param toAllSeconds the fastest exchange of few bytes with all
 * @param largeSeconds the fastest exchange of many bytes with the neighbours
 */
public record LinkTimes(double smallSeconds, double toAllSeconds, double largeSeconds) {
    /** Nothing was seen. */
    public static final LinkTimes NONE =
            new LinkTimes(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);

    private static final double LEAST_SECONDS = 1e-9;
    private static final double LEAST_BYTE_SECONDS = 1e-13;

    /** {@return what two ranks have seen together: the slower of each} */
    public LinkTimes slower(LinkTimes other) {
        return new LinkTimes(
                Math.max(smallSeconds, other.smallSeconds),
                Math.max(toAllSeconds, other.toAllSeconds),
                Math.max(largeSeconds, other.largeSeconds));
    }

    /** {@return the faster of both: what one rank has seen in two tries} */
    LinkTimes faster(LinkTimes other) {
        return new LinkTimes(
                Math.min(smallSeconds, other.smallSeconds),
                Math.min(toAllSeconds, other.toAllSeconds),
                Math.min(largeSeconds, other.largeSeconds));
    }

    /**
     * {@return the costs that explain these times} A message keeps its sender and its receiver busy within the time of
     * an exchange, so it costs half of that at most, however long one with all took: code that is new, or ranks that
     * share processors, would make it look a hundred times as dear.
     *
     * @param size the number of ranks, more than one
     * @param largeBytes how many bytes many are
     */
    public CostModel costs(int size, long largeBytes) {
        int others = size - 1;
        double message = others > 1 ? (toAllSeconds - smallSeconds) / (others - 1) : smallSeconds / 2;
        double ofMessage = Math.clamp(message, LEAST_SECONDS, Math.max(LEAST_SECONDS, smallSeconds / 2));
        double ofRound = Math.max(LEAST_SECONDS, smallSeconds - ofMessage);
        return new CostModel(
                ofRound, ofMessage, Math.max(LEAST_BYTE_SECONDS, (largeSeconds - smallSeconds) / largeBytes));
    }
}
