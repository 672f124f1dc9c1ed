package dev.lockstep.train;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.layout.VirtualRanks;
import dev.lockstep.optim.UpdateLoop;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One worker's contributions to a step, bucket by bucket: a bucket of all its virtual ranks may be summed up while
 * others are still being computed, and whoever wants to know is told. Thread-safe.
 */
final class PartialSums implements GradientReducer.Contributions, NodeBuckets.Sink, AutoCloseable {
    private final Division division;
    private final List<BucketSums> buckets = new ArrayList<>();
    private final BitSet told = new BitSet();
    private VirtualRanks mine = new VirtualRanks(0, 0);
    private IntConsumer whenSummed = _ -> {};
    private Places places = (_, _) -> Optional.empty();

    /** Knows where sums are best written; see {@link GradientReducer#place}. */
    @FunctionalInterface
    interface Places {
        /** {@return a place} */
        Optional<Value> of(int tensor, int virtualRank);
    }

    /** Makes sums of nothing; {@code loop} adds the tensors of two nodes, in any order. */
    PartialSums(int virtualRanks, Division division, Backend backend, UpdateLoop loop) {
        this.division = division;
        for (int bucket = 0; bucket < division.count(); bucket++) {
            buckets.add(new BucketSums(virtualRanks, backend, loop));
        }
    }

    /** Has a bucket's number told, on the thread that summed it up, once all virtual ranks of this worker are in. */
    void whenSummed(IntConsumer listener) {
        whenSummed = listener;
    }

    /** Has sums begun where they are wanted. */
    void begunAt(Places wanted) {
        places = wanted;
    }

    Division division() {
        return division;
    }

    @Override
    public Optional<Value> place(int tensor, int virtualRank) {
        return places.of(tensor, virtualRank);
    }

    /** Takes over one bucket of a node. The scalars come with the last. */
    @Override
    public void add(int bucket, NodeSum part) {
        buckets.get(bucket).add(part);
        if (isNewlySummed(bucket)) {
            whenSummed.accept(bucket);
        }
    }

    private synchronized boolean isNewlySummed(int bucket) {
        if (told.get(bucket) || !buckets.get(bucket).covers(mine)) {
            return false;
        }
        told.set(bucket);
        return true;
    }

    /**
     * {@return the nodes of {@code range}, of at most {@code most} virtual ranks each, that must still be computed
     * before {@link #cover} can answer}
     */
    List<VirtualRanks> missing(VirtualRanks range, int most) {
        return buckets.getLast().missing(range, most);
    }

    /**
     * Drops what {@code range} cannot use: nodes that reach beyond it. Called before leaves are computed, when the
     * members, and so the range, changed.
     */
    synchronized void retain(VirtualRanks range) {
        mine = range;
        told.clear();
        buckets.forEach(bucket -> bucket.retain(range));
    }

    @Override
    public boolean isDivided() {
        return division.count() > 1;
    }

    @Override
    public List<NodeSum> cover(int bucket, VirtualRanks range) {
        return buckets.get(bucket).share(range);
    }

    @Override
    public List<NodeSum> cover(VirtualRanks range) {
        List<NodeSum> whole = new ArrayList<>(buckets.getLast().cover(range));
        for (int bucket = 0; bucket < division.last(); bucket++) {
            List<NodeSum> parts = buckets.get(bucket).cover(range);
            for (int node = 0; node < whole.size(); node++) {
                whole.set(node, together(whole.get(node), parts.get(node)));
            }
        }
        return whole;
    }

    /** {@return both without references of their own} */
    private static NodeSum together(NodeSum one, NodeSum other) {
        List<@Nullable Value> tensors = new ArrayList<>();
        for (int i = 0; i < one.count(); i++) {
            Value value = one.tensor(i);
            tensors.add(value == null ? other.tensor(i) : value);
        }
        return new NodeSum(one.node(), tensors, one.scalars().orElse(null));
    }

    @Override
    public void close() {
        buckets.forEach(BucketSums::close);
    }
}
