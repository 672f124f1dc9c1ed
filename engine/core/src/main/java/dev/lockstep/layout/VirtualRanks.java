package dev.lockstep.layout;

import java.util.function.Consumer;

/**
 * A contiguous, half-open range of virtual ranks.
 *
 * @param from the first virtual rank
 * @param to one past the last
 */
public record VirtualRanks(int from, int to) {
    /** Checks that the range is not reversed; an empty one is fine. */
    public VirtualRanks {
        if (from < 0 || to < from) {
            throw new IllegalArgumentException("virtual ranks: bad range [" + from + ", " + to + ")");
        }
    }

    /** {@return how many virtual ranks the range holds} */
    public int count() {
        return to - from;
    }

    /** {@return whether the range holds none} */
    public boolean isEmpty() {
        return from == to;
    }

    /** {@return whether {@code virtualRank} is in the range} */
    public boolean contains(int virtualRank) {
        return virtualRank >= from && virtualRank < to;
    }

    /** {@return whether all of {@code other} is in this range} */
    public boolean contains(VirtualRanks other) {
        return other.from >= from && other.to <= to;
    }

    /** Calls with each virtual rank of the range, in order. */
    public void each(Consumer<VirtualRanks> use) {
        for (int v = from; v < to; v++) {
            use.accept(new VirtualRanks(v, v + 1));
        }
    }
}
