package dev.lockstep.collectives.algorithm;

import dev.lockstep.collectives.transport.Window;
import java.lang.foreign.MemorySegment;

/**
 * Reduces over shared memory with one round a stretch: everyone publishes its nodes and adds up those of all. The
 * fewest rounds; see Note [Cost of a reduction over shared memory].
 */
final class DirectReduce implements Rounds {
    private static final long ALIGNMENT_BYTES = 64;

    /** Stands for all ranks where one could be meant. */
    static final int ALL = -1;

    private final Bucket bucket;
    private final BucketFold fold;
    private final int root;
    private final long elements;
    private final long stretchElements;
    private long at;

    /**
     * Makes the rounds.
     *
     * @param root the rank that gets the result, or {@link #ALL}
     */
    DirectReduce(Bucket bucket, BucketFold fold, long roundBytes, int root) {
        long nodeBytes = roundBytes / bucket.shape().nodesMax() / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
        this.bucket = bucket;
        this.fold = fold;
        this.root = root;
        this.elements = bucket.shape().elements();
        this.stretchElements =
                Math.max(ALIGNMENT_BYTES, nodeBytes) / bucket.shape().elementBytes();
    }

    private long count() {
        return Math.min(stretchElements, elements - at);
    }

    private MemorySegment place(MemorySegment slot, int node) {
        return bucket.stretch(slot, node * stretchElements, count());
    }

    @Override
    public long put(Window window) {
        MemorySegment slot = window.slot(window.rank());
        for (int node = 0; node < bucket.partials().size(); node++) {
            int width = bucket.shape().elementBytes();
            SlotCopy.copy(
                    bucket.partials().get(node), at * width, slot, node * stretchElements * width, count() * width);
        }
        return bucket.partials().size() * count() * bucket.shape().elementBytes();
    }

    @Override
    public boolean take(Window window) {
        if (root == ALL || root == window.rank()) {
            sum(window);
        }
        at += count();
        return at < elements;
    }

    private void sum(Window window) {
        int source = 0;
        for (int peer = 0; peer < window.size(); peer++) {
            boolean mine = peer == window.rank();
            for (int node = 0; node < bucket.shape().nodes(peer); node++) {
                MemorySegment stretch = mine
                        ? bucket.stretch(bucket.partials().get(node), at, count())
                        : place(window.slot(peer), node);
                fold.source(source++, stretch);
            }
        }
        fold.into(bucket.stretch(bucket.out(), at, count()), at);
    }

    @Override
    public boolean isSingle() {
        return elements <= stretchElements;
    }
}
