package dev.lockstep.train;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.layout.SumTree;
import dev.lockstep.layout.VirtualRanks;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Hands the buckets of virtual ranks that make a node of the tree to the step's sums while the last one's backward
 * still runs: each bucket as soon as all its tensors are there, and at the end those of which some are absent. Confined
 * to its thread.
 */
final class NodeBuckets implements AutoCloseable {
    private final Sink sink;
    private final Division division;
    private final VirtualRanks node;
    private final List<TensorSum> tensors = new ArrayList<>();
    private final int[] awaited;
    private final List<@Nullable StepScalars> scalars = new ArrayList<>(); // Of complete nodes.
    private int virtualRank;

    /** Takes over a bucket of a node. Called on the node's thread. */
    @FunctionalInterface
    interface Sink {
        /** Takes it over. */
        void add(int bucket, NodeSum part);

        /** {@return where the sum of a tensor is best written; see {@link GradientReducer#place}} */
        default Optional<Value> place(int tensor, int virtualRank) {
            return Optional.empty();
        }
    }

    NodeBuckets(VirtualRanks node, Division division, Backend backend, Sink sink) {
        this.sink = sink;
        this.division = division;
        this.node = node;
        this.virtualRank = node.from();
        this.awaited = new int[division.count()];
        for (int i = 0; i < division.tensors(); i++) {
            int tensor = i;
            tensors.add(new TensorSum(node, backend, () -> sink.place(tensor, node.from())));
            awaited[division.bucketOf(i)]++;
        }
    }

    VirtualRanks node() {
        return node;
    }

    /** Takes over a tensor of the next virtual ranks, one value each, and adds them to the earlier ones'. */
    void put(int index, List<Value> values) {
        values.forEach(tensors.get(index)::add);
        complete(index);
    }

    /**
     * Adds a tensor of the next virtual ranks that is a product of each, which need not be computed at once. The
     * factors stay the caller's.
     */
    void put(int index, List<Value> lefts, List<Value> rights) {
        for (int i = 0; i < lefts.size(); i++) {
            tensors.get(index).add(lefts.get(i), rights.get(i));
        }
        complete(index);
    }

    private void complete(int index) {
        if (tensors.get(index).next() == node.to()) {
            int bucket = division.bucketOf(index);
            awaited[bucket]--;
            if (awaited[bucket] == 0 && bucket != division.last()) {
                give(bucket, null);
            }
        }
    }

    /** Ends a virtual rank, and after the last hands over what is left; null scalars make an absent leaf. */
    void finish(@Nullable StepScalars ofThisRank) {
        addScalars(ofThisRank);
        boolean last = virtualRank == node.to() - 1;
        for (TensorSum tensor : tensors) {
            if (tensor.next() == virtualRank) {
                tensor.add(null);
            }
        }
        virtualRank++;
        if (!last) {
            return;
        }
        for (int bucket = 0; bucket < division.last(); bucket++) {
            if (awaited[bucket] > 0) {
                give(bucket, null);
            }
        }
        give(division.last(), scalars.getLast());
    }

    private void addScalars(@Nullable StepScalars ofThisRank) {
        StepScalars sum = ofThisRank;
        for (int i = SumTree.completedBy(virtualRank, node); i > 0; i--) {
            sum = StepScalars.sum(scalars.removeLast(), sum);
        }
        scalars.add(sum);
    }

    private void give(int bucket, @Nullable StepScalars whole) {
        List<@Nullable Value> part = new ArrayList<>();
        for (int i = 0; i < tensors.size(); i++) {
            part.add(division.bucketOf(i) == bucket ? tensors.get(i).take() : null);
        }
        sink.add(bucket, new NodeSum(node, part, whole));
    }

    /** Lets go of what was not handed over, since a virtual rank failed. */
    @Override
    public void close() {
        tensors.forEach(TensorSum::close);
    }
}
