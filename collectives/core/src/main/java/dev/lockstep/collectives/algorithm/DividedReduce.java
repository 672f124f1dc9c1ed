package dev.lockstep.collectives.algorithm;

import dev.lockstep.collectives.transport.Window;
import java.lang.foreign.MemorySegment;

/**
 * Reduces over shared memory with the sums divided among the ranks: everyone publishes what the others need of its
 * nodes, adds up its own segment, and publishes that with the next round. The fewest bytes; see Note [Cost of a
 * reduction over shared memory].
 */
final class DividedReduce implements Rounds {
    private static final long ALIGNMENT_BYTES = 64;

    private final Bucket bucket;
    private final BucketFold fold;
    private final Division division;
    private long stretch;

    DividedReduce(Bucket bucket, BucketFold fold, Division division) {
        this.bucket = bucket;
        this.fold = fold;
        this.division = division;
    }

    private boolean sums() {
        return stretch < division.stretches();
    }

    private boolean gathers() {
        return !division.scattered() && stretch > 0;
    }

    private static long aligned(long sizeBytes) {
        return Math.ceilDiv(sizeBytes, ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
    }

    private long segmentBytes(long ofStretch, int rank) {
        return division.count(ofStretch, rank) * bucket.shape().elementBytes();
    }

    private MemorySegment segment(MemorySegment memory, long ofStretch, int rank) {
        return bucket.stretch(memory, division.from(ofStretch, rank), division.count(ofStretch, rank));
    }

    /** {@return where in the slot of {@code writer} its first node's part of the segment of {@code reader} lies} */
    private long partialsAt(int writer, int reader) {
        long at = gathers() ? aligned(segmentBytes(stretch - 1, writer)) : 0;
        for (int rank = 0; rank < reader; rank++) {
            at += rank == writer ? 0 : bucket.shape().nodes(writer) * aligned(segmentBytes(stretch, rank));
        }
        return at;
    }

    @Override
    public long put(Window window) {
        int rank = window.rank();
        MemorySegment slot = window.slot(rank);
        long written = 0;
        if (gathers()) {
            written = segmentBytes(stretch - 1, rank);
            MemorySegment.copy(segment(bucket.out(), stretch - 1, rank), 0, slot, 0, written);
        }
        for (int peer = 0; sums() && peer < window.size(); peer++) {
            if (peer != rank) {
                putPartials(slot.asSlice(partialsAt(rank, peer)), peer);
                written += bucket.partials().size() * segmentBytes(stretch, peer);
            }
        }
        return written;
    }

    private void putPartials(MemorySegment room, int peer) {
        long sizeBytes = segmentBytes(stretch, peer);
        for (int node = 0; node < bucket.partials().size(); node++) {
            MemorySegment part = segment(bucket.partials().get(node), stretch, peer);
            MemorySegment.copy(part, 0, room, node * aligned(sizeBytes), sizeBytes);
        }
    }

    @Override
    public boolean take(Window window) {
        if (gathers()) {
            gather(window);
        }
        if (sums()) {
            sum(window);
        }
        stretch++;
        return sums() || (gathers() && stretch == division.stretches());
    }

    private void gather(Window window) {
        for (int peer = 0; peer < window.size(); peer++) {
            if (peer != window.rank()) {
                MemorySegment target = segment(bucket.out(), stretch - 1, peer);
                MemorySegment.copy(window.slot(peer), 0, target, 0, target.byteSize());
            }
        }
    }

    private void sum(Window window) {
        int rank = window.rank();
        long sizeBytes = segmentBytes(stretch, rank);
        int source = 0;
        for (int peer = 0; peer < window.size(); peer++) {
            long at = peer == rank ? 0 : partialsAt(peer, rank);
            for (int node = 0; node < bucket.shape().nodes(peer); node++) {
                MemorySegment part = peer == rank
                        ? segment(bucket.partials().get(node), stretch, rank)
                        : window.slot(peer).asSlice(at + node * aligned(sizeBytes), sizeBytes);
                fold.source(source++, part);
            }
        }
        fold.into(target(rank), division.from(stretch, rank));
    }

    /** In a scatter the output holds this rank's block alone. */
    private MemorySegment target(int rank) {
        return division.scattered()
                ? bucket.stretch(bucket.out(), stretch * division.stretchElements(), division.count(stretch, rank))
                : segment(bucket.out(), stretch, rank);
    }
}
