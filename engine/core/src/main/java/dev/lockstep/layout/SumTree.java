package dev.lockstep.layout;

import java.util.ArrayList;
import java.util.List;

/**
 * The fixed binary tree in which the virtual ranks' contributions are summed. A node over n leaves splits at the
 * largest power of two below n, so that a power of two gives the full tree. Every sum over virtual ranks (gradients,
 * losses, buffers, metrics), in a process or across machines, has this shape and no other; an absent leaf is skipped,
 * not added as zero.
 */
public final class SumTree {
    private SumTree() {}

    /**
     * {@return where a node over {@code [from, to)} of at least two leaves splits: left is [from, split), right [split,
     * to)}
     */
    public static int split(VirtualRanks node) {
        if (node.count() < 2) {
            throw new IllegalArgumentException("a node of " + node + " has no children");
        }
        return node.from() + Integer.highestOneBit(node.count() - 1);
    }

    /** {@return how many nodes of several leaves, of those inside of {@code node}, have {@code leaf} as their last} */
    public static int completedBy(int leaf, VirtualRanks node) {
        int completed = 0;
        VirtualRanks at = node;
        while (at.count() > 1) {
            int split = split(at);
            completed += leaf == at.to() - 1 ? 1 : 0;
            at = leaf < split ? new VirtualRanks(at.from(), split) : new VirtualRanks(split, at.to());
        }
        return completed;
    }

    /** {@return the maximal complete nodes of the tree over [0, virtualRanks) inside {@code range}, in order} */
    public static List<VirtualRanks> cover(int virtualRanks, VirtualRanks range) {
        List<VirtualRanks> nodes = new ArrayList<>();
        collect(new VirtualRanks(0, virtualRanks), range, nodes);
        return List.copyOf(nodes);
    }

    private static void collect(VirtualRanks node, VirtualRanks range, List<VirtualRanks> nodes) {
        if (node.isEmpty() || range.to() <= node.from() || range.from() >= node.to()) {
            return;
        }
        if (range.contains(node)) {
            nodes.add(node);
            return;
        }
        int split = split(node);
        collect(new VirtualRanks(node.from(), split), range, nodes);
        collect(new VirtualRanks(split, node.to()), range, nodes);
    }
}
