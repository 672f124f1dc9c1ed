package dev.lockstep.collectives;

import dev.lockstep.layout.DType;
import dev.lockstep.layout.VirtualRanks;
import java.util.List;

/**
 * Describes the sum of one flat bucket over virtual ranks in the canonical tree. Every rank must give an equal one.
 *
 * @param virtualRanks V, the number of leaves
 * @param dtype what the bucket's elements are: F32, F64, I32 or I64
 * @param nodesByRank the nodes of the tree whose sums each rank brings, in order; a rank may bring none, and leaves
 *     that nobody brings are absent: skipped, not added as zero
 * @param runs the bucket from its start to its end
 */
public record TreeSum(int virtualRanks, DType dtype, List<List<VirtualRanks>> nodesByRank, List<Run> runs) {
    private static final List<DType> REDUCIBLE = List.of(DType.F32, DType.F64, DType.I32, DType.I64);

    /**
     * A stretch of the bucket that the same nodes have.
     *
     * @param elements its length
     * @param present the nodes that have it; at least one
     */
    public record Run(long elements, List<VirtualRanks> present) {
        /** Copies the list and checks that someone has the run. */
        public Run {
            present = List.copyOf(present);
            if (elements < 0 || present.isEmpty()) {
                throw new IllegalArgumentException(
                        "tree sum: a run of " + elements + " elements, present in " + present);
            }
        }
    }

    /** Copies the lists and checks the dtype. */
    public TreeSum {
        nodesByRank = nodesByRank.stream().map(List::copyOf).toList();
        runs = List.copyOf(runs);
        if (!REDUCIBLE.contains(dtype)) {
            throw new IllegalArgumentException("tree sum: dtype " + dtype + " is none of " + REDUCIBLE);
        }
    }

    /** {@return whether elements of this dtype can be summed so} */
    static boolean isReducible(DType dtype) {
        return REDUCIBLE.contains(dtype);
    }

    /** {@return the length of the bucket} */
    public long elements() {
        return runs.stream().mapToLong(Run::elements).sum();
    }
}
