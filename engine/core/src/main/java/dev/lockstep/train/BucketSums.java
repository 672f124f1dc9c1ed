package dev.lockstep.train;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.layout.SumTree;
import dev.lockstep.layout.VirtualRanks;
import dev.lockstep.optim.UpdateLoop;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One worker's contributions to one bucket of a step: leaves as they are computed, in any order and from any thread,
 * summed into the largest complete nodes of the {@link SumTree}. Left plus right, an absent side skipped: the bits do
 * not depend on who adds or when. Thread-safe.
 */
final class BucketSums implements AutoCloseable {
    private final int virtualRanks;
    private final Backend backend;
    private final UpdateLoop loop;
    private final TreeMap<Integer, NodeSum> nodes = new TreeMap<>();

    /** Makes sums of nothing; {@code loop} adds the tensors of two nodes, in any order. */
    BucketSums(int virtualRanks, Backend backend, UpdateLoop loop) {
        this.virtualRanks = virtualRanks;
        this.backend = backend;
        this.loop = loop;
    }

    /** Takes over a leaf and adds it to its sibling, its parent to the parent's sibling, and so on upwards. */
    void add(NodeSum leaf) {
        NodeSum node = leaf;
        Optional<NodeSum> sibling = insertOrTakeSibling(node);
        while (sibling.isPresent()) {
            node = sum(node, sibling.get());
            sibling = insertOrTakeSibling(node);
        }
    }

    private synchronized Optional<NodeSum> insertOrTakeSibling(NodeSum node) {
        Optional<NodeSum> sibling = siblingOf(node.node()).flatMap(this::find);
        if (sibling.isPresent()) {
            nodes.remove(sibling.get().node().from());
            return sibling;
        }
        if (nodes.put(node.node().from(), node) != null) {
            throw new AssertionError("virtual ranks " + node.node() + " were contributed twice");
        }
        return Optional.empty();
    }

    /** {@return the sum of exactly these virtual ranks, if it is here} */
    private Optional<NodeSum> find(VirtualRanks wanted) {
        return Optional.ofNullable(nodes.get(wanted.from()))
                .filter(present -> present.node().equals(wanted));
    }

    private Optional<VirtualRanks> siblingOf(VirtualRanks node) {
        VirtualRanks parent = new VirtualRanks(0, virtualRanks);
        while (!parent.equals(node)) {
            int split = SumTree.split(parent);
            VirtualRanks left = new VirtualRanks(parent.from(), split);
            VirtualRanks right = new VirtualRanks(split, parent.to());
            if (left.equals(node)) {
                return Optional.of(right);
            }
            if (right.equals(node)) {
                return Optional.of(left);
            }
            parent = left.contains(node) ? left : right;
        }
        return Optional.empty();
    }

    private NodeSum sum(NodeSum one, NodeSum other) {
        NodeSum left = one.node().from() < other.node().from() ? one : other;
        NodeSum right = left == one ? other : one;
        @Nullable Value[] tensors = new Value[left.count()];
        loop.run(tensors.length, i -> tensors[i] = Addition.of(backend, left.tensor(i), right.tensor(i)));
        VirtualRanks node = new VirtualRanks(left.node().from(), right.node().to());
        NodeSum sum = new NodeSum(
                node,
                Arrays.asList(tensors),
                StepScalars.sum(left.scalars().orElse(null), right.scalars().orElse(null)));
        left.close();
        right.close();
        return sum;
    }

    /** {@return the nodes of {@code range}, of at most {@code most} virtual ranks, that must still be computed} */
    synchronized List<VirtualRanks> missing(VirtualRanks range, int most) {
        List<VirtualRanks> missing = new ArrayList<>();
        for (VirtualRanks wanted : SumTree.cover(virtualRanks, range)) {
            addMissing(wanted, most, missing);
        }
        return missing;
    }

    private void addMissing(VirtualRanks wanted, int most, List<VirtualRanks> missing) {
        if (find(wanted).isPresent()) {
            return;
        }
        boolean nothingIsHere = nodes.values().stream().noneMatch(node -> wanted.contains(node.node()));
        if (wanted.count() == 1 || (wanted.count() <= most && nothingIsHere)) {
            missing.add(wanted);
            return;
        }
        int split = SumTree.split(wanted);
        addMissing(new VirtualRanks(wanted.from(), split), most, missing);
        addMissing(new VirtualRanks(split, wanted.to()), most, missing);
    }

    /**
     * Drops what {@code range} cannot use: nodes that reach beyond it. Called when the members, and so the range,
     * changed.
     */
    synchronized void retain(VirtualRanks range) {
        nodes.values().removeIf(node -> {
            boolean useless = !range.contains(node.node());
            if (useless) {
                node.close();
            }
            return useless;
        });
    }

    /** {@return whether {@link #cover} can answer} */
    synchronized boolean covers(VirtualRanks range) {
        return SumTree.cover(virtualRanks, range).stream()
                .allMatch(wanted -> find(wanted).isPresent());
    }

    /** {@return the sums of the maximal complete nodes inside {@code range}, in order; they stay owned here} */
    synchronized List<NodeSum> cover(VirtualRanks range) {
        List<NodeSum> cover = new ArrayList<>();
        for (VirtualRanks wanted : SumTree.cover(virtualRanks, range)) {
            cover.add(find(wanted)
                    .orElseThrow(() -> new IllegalStateException(
                            "virtual ranks " + wanted + " of " + range + " were not computed")));
        }
        return cover;
    }

    /** {@return as {@link #cover}, with references of their own} */
    synchronized List<NodeSum> share(VirtualRanks range) {
        return cover(range).stream().map(NodeSum::alias).toList();
    }

    @Override
    public synchronized void close() {
        nodes.values().forEach(NodeSum::close);
        nodes.clear();
    }
}
