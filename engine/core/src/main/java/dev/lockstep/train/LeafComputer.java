package dev.lockstep.train;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.batching.Batching;
import dev.lockstep.data.Batch;
import dev.lockstep.layout.VirtualRanks;
import dev.lockstep.module.Module;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.StepRandom;
import dev.lockstep.train.WeightedClosure.WeightedLoss;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Computes virtual ranks' leaves of the sum: loss, gradients and buffer updates of their slices, weighted by their
 * share of the rows. A pure function of model, batch, seed, step and virtual rank; called from several threads at once.
 *
 * @param <M> the model
 */
final class LeafComputer<M extends Module<?, ?>> {
    /** Names of the scalars that are not metrics. Metrics carry a prefix, so that no name of a user's can meet them. */
    static final String LOSS = "loss";

    static final String WEIGHT = "weight";
    static final String ROWS = "rows";
    static final String METRIC = "metric:";

    private final M model;
    private final StateIndex state;
    private final long seed;
    private final int virtualRanks;
    private final Backend backend;
    private final LeafGroups groups;

    LeafComputer(M model, StateIndex state, Backend backend, long seed, int virtualRanks) {
        this.model = model;
        this.state = state;
        this.seed = seed;
        this.virtualRanks = virtualRanks;
        this.backend = backend;
        this.groups = new LeafGroups(state, (batch, v) -> rowsBefore(batch, v + 1) - rowsBefore(batch, v));
    }

    /** Which closure to run, and how its loss is weighted. */
    sealed interface Work<M> {
        /** {@return the user's function} */
        Object closure();

        /** A training step whose loss is a mean over rows. */
        record ByRows<M>(StepClosure<M> closure) implements Work<M> {}

        /** A training step whose loss is a sum with a weight of its own. */
        record ByWeight<M>(WeightedClosure<M> closure) implements Work<M> {}

        /** An evaluation: no gradients. */
        record Evaluation<M>(StepClosure<M> closure) implements Work<M> {}
    }

    /** {@return the leaf of {@code virtualRank} as a whole; an empty slice makes an absent one} */
    NodeSum compute(Work<M> work, Batch batch, long step, int virtualRank) {
        List<NodeSum> whole = new ArrayList<>();
        Division one = Division.whole(state.count());
        VirtualRanks node = new VirtualRanks(virtualRank, virtualRank + 1);
        compute(work, batch, step, new NodeBuckets(node, one, backend, (_, part) -> whole.add(part)));
        return whole.getFirst();
    }

    /** Computes a node's leaves in their order and hands its buckets over, each as soon as it is complete. */
    void compute(Work<M> work, Batch batch, long step, NodeBuckets buckets) {
        try (buckets) {
            VirtualRanks node = buckets.node();
            for (int v = node.from(); v < node.to(); ) {
                VirtualRanks group = groups.from(v, node, work, batch);
                if (group.count() == 1 || !computeTogether(work, batch, step, group, buckets)) {
                    group.each(one -> computeLeaf(work, batch, step, one, buckets));
                }
                v = group.to();
            }
        }
    }

    private void computeLeaf(Work<M> work, Batch batch, long step, VirtualRanks one, NodeBuckets buckets) {
        if (slice(batch, one.from()).size() == 0) {
            buckets.finish(null);
            return;
        }
        try (var _ = Scope.open("virtual rank " + one.from());
                LeafGroup<M> leaf = group(batch, step, one, buckets)) {
            leaf.give(work, leaf.forward(work, model));
        }
    }

    /** Runs the closure once for several virtual ranks. Returns whether it can run so; else nothing has happened. */
    private boolean computeTogether(Work<M> work, Batch batch, long step, VirtualRanks ranks, NodeBuckets buckets) {
        long[] seeds = IntStream.range(ranks.from(), ranks.to())
                .mapToLong(v -> new StepRandom(seed, step, v).seed())
                .toArray();
        try (var _ = Scope.open("virtual ranks " + ranks.from() + " to " + (ranks.to() - 1));
                Batching batching = Batching.open(seeds);
                LeafGroup<M> leaves = group(batch, step, ranks, buckets)) {
            Optional<WeightedLoss> loss = groups.tried(work, batching, () -> leaves.forward(work, model));
            loss.ifPresent(found -> leaves.give(work, found));
            return loss.isPresent();
        }
    }

    private LeafGroup<M> group(Batch batch, long step, VirtualRanks ranks, NodeBuckets buckets) {
        List<Batch> slices = IntStream.range(ranks.from(), ranks.to())
                .mapToObj(v -> slice(batch, v))
                .toList();
        StepRandom random = new StepRandom(seed, step, ranks.from());
        double share = (double) slices.getFirst().size() / batch.size();
        return new LeafGroup<>(state, new StepContext(step, ranks, random), slices, share, buckets);
    }

    /** {@return the rows of a batch that are a virtual rank's} */
    Batch slice(Batch batch, int virtualRank) {
        return batch.slice(rowsBefore(batch, virtualRank), rowsBefore(batch, virtualRank + 1));
    }

    private int rowsBefore(Batch batch, int virtualRank) {
        return (int) ((long) batch.size() * virtualRank / virtualRanks);
    }
}
