package dev.lockstep.collectives.algorithm;

import dev.lockstep.layout.DType;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Adds up 16-bit floats in the canonical tree: every source is widened to f32, which is exact, the sums are made in
 * f32, and the result is rounded once. Immutable.
 */
final class WideFold {
    private static final int BLOCK_BYTES = TreeFold.BLOCK_BYTES;

    private final Combiner halves;
    private final Combiner floats;
    private final List<MemorySegment> sources;
    private final int ranks;

    /**
     * Makes a fold.
     *
     * @param halves how 16-bit elements are combined
     * @param sources the segments that the plans' sources count, all of one length
     * @param ranks what a mean divides by
     */
    WideFold(Combiner halves, List<MemorySegment> sources, int ranks) {
        this.halves = halves;
        this.floats = new Combiner(DType.F32, halves.op(), halves.kernel());
        this.sources = sources;
        this.ranks = ranks;
    }

    /**
     * Writes the sum of the sources' bytes from {@code offset} on into {@code target}.
     *
     * @param scratch at least {@link TreeFold#scratchBytes}
     */
    void into(MemorySegment target, TreeFold.Plan plan, long offset, MemorySegment scratch) {
        for (long at = 0; at < target.byteSize(); at += BLOCK_BYTES / 2) {
            long sizeBytes = Math.min(BLOCK_BYTES / 2, target.byteSize() - at);
            MemorySegment room = scratch.asSlice(0, 2 * sizeBytes);
            sum(plan, room, offset + at, scratch.asSlice(BLOCK_BYTES));
            floats.finish(room, ranks);
            Halves.narrow(halves.dtype(), room, target.asSlice(at, sizeBytes));
        }
    }

    private void sum(TreeFold.Plan plan, MemorySegment room, long offset, MemorySegment scratch) {
        switch (plan) {
            case TreeFold.Plan.Source(int index) -> {
                MemorySegment source = sources.get(index).asSlice(offset, room.byteSize() / 2);
                Halves.widen(halves.dtype(), source, room);
            }
            case TreeFold.Plan.Sum(TreeFold.Plan left, TreeFold.Plan right) -> {
                sum(left, room, offset, scratch);
                MemorySegment spare = scratch.asSlice(0, room.byteSize());
                sum(right, spare, offset, scratch.asSlice(BLOCK_BYTES));
                floats.combine(room, spare, room);
            }
        }
    }
}
