package dev.lockstep.collectives.algorithm;

import java.util.ArrayList;
import java.util.List;

/**
 * Divides a bucket among the ranks: each owns one segment and adds it up for all. Immutable.
 *
 * @param bounds where each segment begins, in elements, and at last where the bucket ends
 */
record Segments(List<Long> bounds) {
    private static final int ALIGNMENT_BYTES = 64;

    /** Copies the list. */
    Segments {
        bounds = List.copyOf(bounds);
    }

    /** {@return as equal segments as multiples of 64 bytes allow; the last ones may be empty} */
    static Segments aligned(long elements, int elementBytes, int size) {
        long block = ALIGNMENT_BYTES / elementBytes;
        long blocks = Math.ceilDiv(elements, block);
        List<Long> bounds = new ArrayList<>();
        for (int rank = 0; rank <= size; rank++) {
            bounds.add(Math.min(elements, blocks * rank / size * block));
        }
        return new Segments(bounds);
    }

    /** {@return segments of which one rank owns everything} */
    static Segments allOf(int owner, long elements, int size) {
        List<Long> bounds = new ArrayList<>();
        for (int rank = 0; rank <= size; rank++) {
            bounds.add(rank <= owner ? 0 : elements);
        }
        return new Segments(bounds);
    }

    /** {@return equal segments} */
    static Segments equal(long elements, int size) {
        List<Long> bounds = new ArrayList<>();
        for (int rank = 0; rank <= size; rank++) {
            bounds.add(elements / size * rank);
        }
        return new Segments(bounds);
    }

    /** {@return the number of ranks} */
    int size() {
        return bounds.size() - 1;
    }

    long from(int rank) {
        return bounds.get(rank);
    }

    long to(int rank) {
        return bounds.get(rank + 1);
    }

    long count(int rank) {
        return to(rank) - from(rank);
    }
}
