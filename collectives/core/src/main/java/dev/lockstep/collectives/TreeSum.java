package dev.lockstep.collectives;

import dev.lockstep.layout.DType;
import dev.lockstep.layout.VirtualRanks;
import java.util.List;

/**
 * Describes the sum of one flat bucket over virtual ranks in the canonical tree. Every rank must give an equal one.
 *
 * <p>Note [Every node is rounded]: the sum of two nodes has the bucket's dtype, also where that has 16 bits. What a
 * rank brings may be a leaf or the sum of many, so a sum that was kept in f32 on one rank and sent in 16 bits by
 * another would depend on the number of ranks; and f32 sums would have to travel in 32 bits. A result is thus rounded
 * once a level of the tree, log2 V times, where a ring over as many ranks rounds V - 1 times.
 *
 * @param virtualRanks V, the number of leaves
 * @param dtype what the bucket's elements are: F32, F64, BF16, F16, I32 or I64
 * @param nodesByRank the nodes of the tree whose sums each rank brings, in order; a rank may bring none, and leaves
 *     that nobody brings are absent: skipped, not added as zero
 * @param runs the bucket from its start to its end
 */
public record TreeSum(int virtualRanks, DType dtype, List<List<VirtualRanks>> nodesByRank, List<Run> runs) {
    private static final List<DType> REDUCIBLE =
            List.of(DType.F32, DType.F64, DType.BF16, DType.F16, DType.I32, DType.I64);

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

    /** {@return the length of the bucket} */
    public long elements() {
        return runs.stream().mapToLong(Run::elements).sum();
    }
}
