package dev.lockstep.collectives.algorithm;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Adds up stretches of a bucket in the canonical tree, from the nodes of all ranks. Confined to one thread at a time.
 */
final class BucketFold {
    private final SumShape shape;
    private final Combiner combiner;
    private final Scratch scratch;
    private final MemorySegment[] sources;
    private final TreeFold fold;
    private final WideFold wideFold;

    BucketFold(SumShape shape, Combiner combiner, Scratch scratch) {
        this.shape = shape;
        this.combiner = combiner;
        this.scratch = scratch;
        this.sources = new MemorySegment[shape.sources()];
        this.fold = new TreeFold(combiner, Arrays.asList(sources));
        this.wideFold = new WideFold(combiner, Arrays.asList(sources), shape.ranks());
    }

    /** Says where the stretch to be added lies in the {@code node}-th node, counted over all ranks. */
    void source(int node, MemorySegment stretch) {
        sources[node] = stretch;
    }

    /** Writes the sum of the sources, a stretch that begins {@code from} elements into the bucket, to the target. */
    void into(MemorySegment target, long from) {
        MemorySegment room = scratch.take(shape.scratchBytes());
        int elementBytes = shape.elementBytes();
        long end = from + target.byteSize() / elementBytes;
        int run = shape.runAt(from);
        for (long at = from; at < end; run++) {
            long to = Math.min(end, shape.end(run));
            if (at < to) {
                long offset = (at - from) * elementBytes;
                add(Slices.of(target, offset, (to - at) * elementBytes), shape.plan(run), offset, room);
                at = to;
            }
        }
        scratch.give(room);
    }

    private void add(MemorySegment target, TreeFold.Plan plan, long offset, MemorySegment room) {
        if (shape.isRoundedOnce()) {
            wideFold.into(target, plan, offset, room);
        } else {
            fold.into(target, plan, offset, room);
            combiner.finish(target, shape.ranks());
        }
    }
}
