package dev.lockstep.collectives.algorithm;

import dev.lockstep.collectives.ReduceOp;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.SumTree;
import dev.lockstep.layout.VirtualRanks;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Adds up the nodes of the canonical tree that are present, left + right, block by block so that what is being added
 * stays in the cache. Immutable but for its scratch memory; confined to one thread.
 */
final class TreeFold {
    private static final int BLOCK_BYTES = 64 * 1024;

    private final DType dtype;
    private final ReduceOp op;
    private final List<MemorySegment> sources;
    private final MemorySegment scratch;

    /**
     * Makes a fold.
     *
     * @param sources the segments that the plans' sources count, all of one length
     * @param scratch at least {@link #scratchBytes}
     */
    TreeFold(DType dtype, ReduceOp op, List<MemorySegment> sources, MemorySegment scratch) {
        this.dtype = dtype;
        this.op = op;
        this.sources = sources;
        this.scratch = scratch;
    }

    /** The order of one sum. */
    sealed interface Plan {
        /** A node that somebody brings, by its place among the sources. */
        record Source(int index) implements Plan {}

        /** The sum of two nodes. */
        record Sum(Plan left, Plan right) implements Plan {}
    }

    /**
     * {@return the order in which the tree over {@code virtualRanks} leaves adds the present nodes}
     *
     * @param nodes all sources, by index
     * @param present those to add
     * @throws IllegalArgumentException if a node is not one of the tree's, or lies inside another
     */
    static Plan plan(int virtualRanks, List<VirtualRanks> nodes, List<VirtualRanks> present) {
        Plan plan = plan(new VirtualRanks(0, virtualRanks), nodes, present);
        if (plan == null || sources(plan) != present.size()) {
            throw new IllegalArgumentException(
                    "tree sum: " + present + " do not divide the tree over " + virtualRanks + " virtual ranks");
        }
        return plan;
    }

    private static @Nullable Plan plan(VirtualRanks node, List<VirtualRanks> nodes, List<VirtualRanks> present) {
        if (present.contains(node)) {
            return new Plan.Source(nodes.indexOf(node));
        }
        if (node.count() < 2) {
            return null;
        }
        int split = SumTree.split(node);
        Plan left = plan(new VirtualRanks(node.from(), split), nodes, present);
        Plan right = plan(new VirtualRanks(split, node.to()), nodes, present);
        if (left == null || right == null) {
            return left == null ? right : left;
        }
        return new Plan.Sum(left, right);
    }

    private static int sources(Plan plan) {
        return switch (plan) {
            case Plan.Source _ -> 1;
            case Plan.Sum(Plan left, Plan right) -> sources(left) + sources(right);
        };
    }

    /** {@return the scratch memory that any sum over so many leaves needs} */
    static long scratchBytes(int virtualRanks) {
        return (long) BLOCK_BYTES * (Integer.SIZE - Integer.numberOfLeadingZeros(virtualRanks) + 1);
    }

    /** Writes the sum of the sources' bytes from {@code offset} on into {@code target}. */
    void into(MemorySegment target, Plan plan, long offset) {
        for (long at = 0; at < target.byteSize(); at += BLOCK_BYTES) {
            long sizeBytes = Math.min(BLOCK_BYTES, target.byteSize() - at);
            MemorySegment block = target.asSlice(at, sizeBytes);
            MemorySegment sum = block(plan, block, offset + at, 0);
            if (plan instanceof Plan.Source) {
                block.copyFrom(sum);
            }
        }
    }

    /** {@return the sum: in {@code room}, or a source itself} */
    private MemorySegment block(Plan plan, MemorySegment room, long offset, int depth) {
        return switch (plan) {
            case Plan.Source(int index) -> sources.get(index).asSlice(offset, room.byteSize());
            case Plan.Sum(Plan left, Plan right) -> {
                MemorySegment first = block(left, room, offset, depth);
                MemorySegment spare = scratch.asSlice((long) depth * BLOCK_BYTES, room.byteSize());
                MemorySegment second = block(right, spare, offset, depth + 1);
                Elementwise.combine(dtype, op, first, second, room);
                yield room;
            }
        };
    }
}
