package dev.lockstep.train;

import dev.lockstep.backend.Value;
import dev.lockstep.layout.VirtualRanks;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Hands a leaf's buckets to the step's sums while its backward still runs: each as soon as all its tensors are there,
 * and at the end those of which some are absent. One a leaf; confined to its thread.
 */
final class LeafBuckets {
    private final Sink sink;
    private final Division division;
    private final VirtualRanks node;
    private final List<@Nullable Value> tensors;
    private final int[] awaited;

    /** Takes over a bucket of a leaf. */
    @FunctionalInterface
    interface Sink {
        /** Called on the leaf's thread. */
        void add(int bucket, NodeSum part);
    }

    LeafBuckets(int virtualRank, Division division, Sink sink) {
        this.sink = sink;
        this.division = division;
        this.node = new VirtualRanks(virtualRank, virtualRank + 1);
        this.tensors = new ArrayList<>();
        this.awaited = new int[division.count()];
        for (int i = 0; i < division.tensors(); i++) {
            tensors.add(null);
            awaited[division.bucketOf(i)]++;
        }
    }

    int virtualRank() {
        return node.from();
    }

    /** Takes over a tensor that is complete. */
    void put(int index, Value value) {
        int bucket = division.bucketOf(index);
        tensors.set(index, value);
        awaited[bucket]--;
        if (awaited[bucket] == 0 && bucket != division.last()) {
            give(bucket, null);
        }
    }

    /** Hands over what is left; null scalars make an absent leaf. */
    void finish(@Nullable StepScalars scalars) {
        for (int bucket = 0; bucket < division.last(); bucket++) {
            if (awaited[bucket] > 0) {
                give(bucket, null);
            }
        }
        give(division.last(), scalars);
    }

    private void give(int bucket, @Nullable StepScalars scalars) {
        List<@Nullable Value> part = new ArrayList<>();
        for (int i = 0; i < tensors.size(); i++) {
            part.add(division.bucketOf(i) == bucket ? tensors.set(i, null) : null);
        }
        sink.add(bucket, new NodeSum(node, part, scalars));
    }
}
