package dev.lockstep.train;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.VirtualRanks;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Hands the buckets of one or two virtual ranks, which make a node of the tree, to the step's sums while the last one's
 * backward still runs: each bucket as soon as all its tensors are there, and at the end those of which some are absent.
 * Confined to its thread.
 */
final class NodeBuckets implements AutoCloseable {
    private final Sink sink;
    private final Division division;
    private final VirtualRanks node;
    private final Backend backend;
    private final List<@Nullable Value> tensors = new ArrayList<>();
    private final int[] awaited;
    private @Nullable StepScalars scalars;
    private int virtualRank;

    /** Takes over a bucket of a node. */
    @FunctionalInterface
    interface Sink {
        /** Called on the node's thread. */
        void add(int bucket, NodeSum part);
    }

    NodeBuckets(VirtualRanks node, Division division, Backend backend, Sink sink) {
        this.sink = sink;
        this.division = division;
        this.node = node;
        this.backend = backend;
        this.virtualRank = node.from();
        this.awaited = new int[division.count()];
        for (int i = 0; i < division.tensors(); i++) {
            tensors.add(null);
            awaited[division.bucketOf(i)]++;
        }
    }

    VirtualRanks node() {
        return node;
    }

    private boolean isLast() {
        return virtualRank == node.to() - 1;
    }

    /** {@return the earlier virtual rank's tensor if a product may add itself there; what is put next has it in} */
    @Nullable
    Value take(int index) {
        Value value = tensors.get(index);
        boolean mayBeWritten =
                value != null && value.dtype() == DType.F32 && value.storage().isExclusive();
        return mayBeWritten ? tensors.set(index, null) : null;
    }

    /** Takes over a tensor that is complete and adds it to the earlier virtual ranks'. */
    void put(int index, Value value) {
        tensors.set(index, plus(tensors.get(index), value));
        int bucket = division.bucketOf(index);
        if (isLast()) {
            awaited[bucket]--;
            if (awaited[bucket] == 0 && bucket != division.last()) {
                give(bucket, null);
            }
        }
    }

    private Value plus(@Nullable Value before, Value value) {
        if (before == null) {
            return value;
        }
        try (before;
                value) {
            return Addition.of(backend, before, value);
        }
    }

    /** Ends a virtual rank, and after the last hands over what is left; null scalars make an absent leaf. */
    void finish(@Nullable StepScalars ofThisRank) {
        scalars = StepScalars.sum(scalars, ofThisRank);
        boolean last = isLast();
        virtualRank++;
        if (!last) {
            return;
        }
        for (int bucket = 0; bucket < division.last(); bucket++) {
            if (awaited[bucket] > 0) {
                give(bucket, null);
            }
        }
        give(division.last(), scalars);
    }

    private void give(int bucket, @Nullable StepScalars whole) {
        List<@Nullable Value> part = new ArrayList<>();
        for (int i = 0; i < tensors.size(); i++) {
            part.add(division.bucketOf(i) == bucket ? tensors.set(i, null) : null);
        }
        sink.add(bucket, new NodeSum(node, part, whole));
    }

    /** Lets go of what was not handed over, since a virtual rank failed. */
    @Override
    public void close() {
        for (int i = 0; i < tensors.size(); i++) {
            Value value = tensors.set(i, null);
            if (value != null) {
                value.close();
            }
        }
    }
}
