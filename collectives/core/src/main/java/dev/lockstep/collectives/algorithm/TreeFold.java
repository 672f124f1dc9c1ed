package dev.lockstep.collectives.algorithm;

import dev.lockstep.layout.SumTree;
import dev.lockstep.layout.VirtualRanks;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Adds up the nodes of the canonical tree that are present, left + right, block by block so that what is being added
 * stays in the cache. Confined to one thread at a time.
 */
final class TreeFold {
    static final int BLOCK_BYTES = 64 * 1024;

    private final Combiner combiner;
    private final List<MemorySegment> sources;
    private final List<MemorySegment> spares = new ArrayList<>();
    private MemorySegment sparesOf = MemorySegment.NULL;
    private long spareBytes;

    /**
     * Makes a fold.
     *
     * @param sources the segments that the plans' sources count, all of one length
     */
    TreeFold(Combiner combiner, List<MemorySegment> sources) {
        this.combiner = combiner;
        this.sources = sources;
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
        return (long) BLOCK_BYTES * (Integer.SIZE - Integer.numberOfLeadingZeros(virtualRanks) + 2);
    }

    /**
     * Writes the sum of the sources' bytes from {@code offset} on into {@code target}.
     *
     * @param scratch at least {@link #scratchBytes}
     */
    void into(MemorySegment target, Plan plan, long offset, MemorySegment scratch) {
        for (long at = 0; at < target.byteSize(); at += BLOCK_BYTES) {
            long sizeBytes = Math.min(BLOCK_BYTES, target.byteSize() - at);
            MemorySegment block = Slices.of(target, at, sizeBytes);
            takeSpares(scratch, sizeBytes);
            MemorySegment sum = block(plan, block, offset + at, 0);
            if (plan instanceof Plan.Source) {
                block.copyFrom(sum);
            }
        }
    }

    private void takeSpares(MemorySegment scratch, long sizeBytes) {
        if (!scratch.equals(sparesOf) || sizeBytes != spareBytes) {
            sparesOf = scratch;
            spareBytes = sizeBytes;
            spares.clear();
        }
    }

    private MemorySegment spare(int depth) {
        while (spares.size() <= depth) {
            spares.add(sparesOf.asSlice((long) spares.size() * BLOCK_BYTES, spareBytes));
        }
        return spares.get(depth);
    }

    /**
     * {@return the sum: in {@code room}, or a source itself}
     *
     * @param depth how many spare blocks are in use
     */
    private MemorySegment block(Plan plan, MemorySegment room, long offset, int depth) {
        return switch (plan) {
            case Plan.Source(int index) -> Slices.of(sources.get(index), offset, room.byteSize());
            case Plan.Sum(Plan left, Plan right) -> {
                MemorySegment first = block(left, room, offset, depth);
                MemorySegment second = block(right, spare(depth), offset, depth + 1);
                combiner.combine(first, second, room);
                yield room;
            }
        };
    }
}
