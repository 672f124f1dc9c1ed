package dev.lockstep.collectives.algorithm;

import dev.lockstep.collectives.TreeSum;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.VirtualRanks;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** In which order the elements of a bucket are added up, made ready for use. Immutable. */
final class SumShape {
    private final DType dtype;
    private final boolean roundedOnce;
    private final int[] nodes;
    private final int[] firstNodes;
    private final int nodesMax;
    private final int sources;
    private final int virtualRanks;
    private final TreeFold.Plan[] plans;
    private final long[] runStarts;

    private SumShape(Elements elements, int[] nodes, int virtualRanks, TreeFold.Plan[] plans, long[] runStarts) {
        this.dtype = elements.dtype;
        this.roundedOnce = elements.roundedOnce;
        this.nodes = nodes;
        this.firstNodes = new int[nodes.length];
        int most = 1;
        int sum = 0;
        for (int rank = 0; rank < nodes.length; rank++) {
            firstNodes[rank] = sum;
            sum += nodes[rank];
            most = Math.max(most, nodes[rank]);
        }
        this.sources = sum;
        this.nodesMax = most;
        this.virtualRanks = virtualRanks;
        this.plans = plans;
        this.runStarts = runStarts;
    }

    /** What is added up, and whether in f32 until the end where it has 16 bits. */
    private record Elements(DType dtype, boolean roundedOnce) {}

    /** {@return the order of a sum over virtual ranks} */
    static SumShape of(TreeSum tree) {
        List<VirtualRanks> nodes =
                tree.nodesByRank().stream().flatMap(List::stream).toList();
        TreeFold.Plan[] plans = tree.runs().stream()
                .map(run -> TreeFold.plan(tree.virtualRanks(), nodes, run.present()))
                .toArray(TreeFold.Plan[]::new);
        long[] runStarts = new long[plans.length + 1];
        for (int run = 0; run < plans.length; run++) {
            runStarts[run + 1] = runStarts[run] + tree.runs().get(run).elements();
        }
        int[] counts = tree.nodesByRank().stream().mapToInt(List::size).toArray();
        return new SumShape(new Elements(tree.dtype(), false), counts, tree.virtualRanks(), plans, runStarts);
    }

    /** {@return the order of a reduction over ranks, in which each rank is one leaf, of no elements yet} */
    static SumShape overRanks(int size) {
        List<VirtualRanks> leaves = IntStream.range(0, size)
                .mapToObj(rank -> new VirtualRanks(rank, rank + 1))
                .toList();
        int[] counts = new int[size];
        Arrays.fill(counts, 1);
        TreeFold.Plan[] plans = {TreeFold.plan(size, leaves, leaves)};
        return new SumShape(new Elements(DType.U8, true), counts, size, plans, new long[2]);
    }

    /** {@return the same order for so many elements; only of one {@link #overRanks}} */
    SumShape of(DType other, long elements) {
        return new SumShape(new Elements(other, roundedOnce), nodes, virtualRanks, plans, new long[] {0, elements});
    }

    DType dtype() {
        return dtype;
    }

    /** {@return whether 16-bit floats are added in f32 and rounded at the end only} */
    boolean isRoundedOnce() {
        return roundedOnce && Halves.is(dtype);
    }

    int elementBytes() {
        return dtype.sizeBytes();
    }

    long elements() {
        return runStarts[plans.length];
    }

    /** {@return the number of ranks} */
    int ranks() {
        return nodes.length;
    }

    /** {@return the number of nodes that a rank brings} */
    int nodes(int rank) {
        return nodes[rank];
    }

    /** {@return the largest number of nodes that a rank brings, at least 1} */
    int nodesMax() {
        return nodesMax;
    }

    /** {@return the number of nodes of all ranks} */
    int sources() {
        return sources;
    }

    /** {@return the place of a rank's node among those of all ranks} */
    int source(int rank, int node) {
        return firstNodes[rank] + node;
    }

    long scratchBytes() {
        return TreeFold.scratchBytes(virtualRanks);
    }

    TreeFold.Plan plan(int run) {
        return plans[run];
    }

    /** {@return where a run ends} */
    long end(int run) {
        return runStarts[run + 1];
    }

    /** {@return the run that holds an element, or an empty one before it} */
    int runAt(long element) {
        int found = Arrays.binarySearch(runStarts, element);
        if (found < 0) {
            return -found - 2;
        }
        while (found > 0 && runStarts[found - 1] == element) { // Empty runs begin where the next one does.
            found--;
        }
        return found;
    }
}
