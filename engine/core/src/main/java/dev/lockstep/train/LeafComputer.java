package dev.lockstep.train;

import static dev.lockstep.tensor.Tensors.fullLike;

import dev.lockstep.autograd.GradMode;
import dev.lockstep.autograd.Leaf;
import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.data.Batch;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.VirtualRanks;
import dev.lockstep.module.BufferUpdates;
import dev.lockstep.module.Module;
import dev.lockstep.tensor.RandomSource;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.StepRandom;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.train.WeightedClosure.WeightedLoss;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Computes a virtual rank's leaf of the sum: loss, gradients and buffer updates of its slice, weighted by its share of
 * the rows. A pure function of model, batch, seed, step and virtual rank; called from several threads at once.
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

    LeafComputer(M model, StateIndex state, Backend backend, long seed, int virtualRanks) {
        this.model = model;
        this.state = state;
        this.seed = seed;
        this.virtualRanks = virtualRanks;
        this.backend = backend;
    }

    /** Which closure to run, and how its loss is weighted. */
    sealed interface Work<M> {
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

    /** Computes a node's leaves one after the other and hands its buckets over, each as soon as it is complete. */
    void compute(Work<M> work, Batch batch, long step, NodeBuckets buckets) {
        try (buckets) {
            for (int v = buckets.node().from(); v < buckets.node().to(); v++) {
                computeLeaf(work, batch, new Place(step, v), buckets);
            }
        }
    }

    private void computeLeaf(Work<M> work, Batch batch, Place place, NodeBuckets buckets) {
        Batch slice = slice(batch, place.virtualRank());
        if (slice.size() == 0) {
            buckets.finish(null);
            return;
        }
        try (var _ = Scope.open("virtual rank " + place.virtualRank());
                OneLeaf leaf = new OneLeaf(slice, batch.size(), place, buckets)) {
            switch (work) {
                case Work.ByRows<M>(var closure) -> leaf.byRows(closure);
                case Work.ByWeight<M>(var closure) -> leaf.byWeight(closure);
                case Work.Evaluation<M>(var closure) -> leaf.evaluate(closure);
            }
        }
    }

    /** {@return the rows of a batch that are a virtual rank's} */
    Batch slice(Batch batch, int virtualRank) {
        int from = (int) ((long) batch.size() * virtualRank / virtualRanks);
        int to = (int) ((long) batch.size() * (virtualRank + 1) / virtualRanks);
        return batch.slice(from, to);
    }

    /** Where a leaf stands: in which step, for which virtual rank. */
    private record Place(long step, int virtualRank) {}

    /** One leaf in the making, inside of its scope. */
    private final class OneLeaf implements AutoCloseable {
        private final Batch slice;
        private final double share;
        private final StepContext context;
        private final RandomSource random;
        private final BufferUpdates updates = new BufferUpdates();
        private final NodeBuckets buckets;

        OneLeaf(Batch slice, int batchRows, Place place, NodeBuckets buckets) {
            this.slice = slice;
            this.share = (double) slice.size() / batchRows;
            this.random = new StepRandom(seed, place.step(), place.virtualRank());
            this.context = new StepContext(place.step(), place.virtualRank(), random);
            this.buckets = buckets;
        }

        void byRows(StepClosure<M> closure) {
            Tensor loss = run(() -> closure.loss(model, slice, context));
            train(loss, share, share);
        }

        void byWeight(WeightedClosure<M> closure) {
            WeightedLoss loss = run(() -> closure.loss(model, slice, context));
            train(loss.sum(), 1, loss.weight());
        }

        void evaluate(StepClosure<M> closure) {
            try (var _ = GradMode.noGrad()) {
                Tensor loss = run(() -> closure.loss(model, slice, context));
                finish(loss.item() * share, share);
            }
        }

        private <T> T run(Supplier<T> closure) {
            try (var _ = RandomSource.install(random)) {
                return updates.during(closure);
            }
        }

        private void train(Tensor loss, double scale, double weight) {
            double value = loss.item();
            if (!Double.isFinite(value)) {
                throw new NonFiniteLossException(value, context.step(), context.virtualRank(), slice.ids());
            }
            giveBufferUpdates(); // The first bucket has them: it need not wait for backward.
            Map<Leaf, Integer> places = state.places();
            loss.backward(
                    fullLike(loss, scale),
                    options -> options.listener((leaf, gradient) -> give(places, leaf, gradient))
                            .products((leaf, left, right) -> give(places, leaf, left, right)));
            finish(value * scale, weight);
        }

        private void give(Map<Leaf, Integer> places, Leaf leaf, Value gradient) {
            Integer index = places.get(leaf);
            if (index != null) { // Else it is no parameter of this model.
                try (var _ = GradMode.noGrad()) {
                    Tensor whole = Tensor.wrap(gradient.alias());
                    buckets.put(
                            index, Leaves.own(whole.to(state.specs().get(index).dtype())));
                }
            }
        }

        /** Gives a gradient as a product if it is summed as it is. Returns whether it was given. */
        private boolean give(Map<Leaf, Integer> places, Leaf leaf, Value left, Value right) {
            Integer index = places.get(leaf);
            if (index == null
                    || left.dtype() != DType.F32
                    || state.specs().get(index).dtype() != DType.F32) {
                return false;
            }
            try (var _ = GradMode.noGrad()) {
                buckets.put(index, left, right);
            }
            return true;
        }

        private void giveBufferUpdates() {
            try (var _ = GradMode.noGrad()) {
                for (int i = 0; i < state.buffers().size(); i++) {
                    int index = state.firstBuffer() + i;
                    updates.of(state.buffers().get(i))
                            .ifPresent(value -> buckets.put(index, Leaves.own(weighted(value))));
                }
            }
        }

        private Tensor weighted(Tensor update) {
            return update.dtype().isFloating() ? update.mul(share) : update;
        }

        private void finish(double loss, double weight) {
            TreeMap<String, Double> scalars = new TreeMap<>();
            scalars.put(LOSS, loss);
            scalars.put(WEIGHT, weight);
            scalars.put(ROWS, (double) slice.size());
            context.metrics().forEach((name, mean) -> scalars.put(METRIC + name, mean * slice.size()));
            buckets.finish(new StepScalars(scalars));
        }

        @Override
        public void close() {
            updates.close();
        }
    }
}
