package dev.lockstep.cluster;

/**
 * A half-open range of virtual ranks; an empty one belongs to a spare. Immutable.
 *
 * @param from the first virtual rank
 * @param to the virtual rank after the last
 */
public record VirtualRankRange(int from, int to) {

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException unless {@code 0 <= from <= to}
     */
    public VirtualRankRange {
        if (from < 0 || to < from) {
            throw new IllegalArgumentException("virtual ranks: [" + from + ", " + to + ") is not a range");
        }
    }

    /** {@return the number of virtual ranks} */
    public int count() {
        return to - from;
    }

    /**
     * Counts the virtual ranks that both ranges hold.
     *
     * @param other the other range
     * @return the size of the intersection
     */
    public int overlap(VirtualRankRange other) {
        return Math.max(0, Math.min(to, other.to) - Math.max(from, other.from));
    }

    /** {@return the range as {@code [from, to)}} */
    @Override
    public String toString() {
        return "[" + from + ", " + to + ")";
    }
}
