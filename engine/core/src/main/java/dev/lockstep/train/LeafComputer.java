package dev.lockstep.train;

import static dev.lockstep.tensor.Tensors.fullLike;

import dev.lockstep.autograd.GradMode;
import dev.lockstep.backend.Value;
import dev.lockstep.data.Batch;
import dev.lockstep.layout.VirtualRanks;
import dev.lockstep.module.BufferUpdates;
import dev.lockstep.module.Module;
import dev.lockstep.tensor.Gradients;
import dev.lockstep.tensor.RandomSource;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.StepRandom;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.train.WeightedClosure.WeightedLoss;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Computes one virtual rank's leaf of the sum: loss, gradients and buffer updates of its slice, weighted by its share
 * of the rows. A pure function of model, batch, seed, step and virtual rank; called from several threads at once.
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

    LeafComputer(M model, StateIndex state, long seed, int virtualRanks) {
        this.model = model;
        this.state = state;
        this.seed = seed;
        this.virtualRanks = virtualRanks;
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

    /** Computes the leaf of {@code virtualRank}; an empty slice makes an absent one. */
    NodeSum compute(Work<M> work, Batch batch, long step, int virtualRank) {
        VirtualRanks node = new VirtualRanks(virtualRank, virtualRank + 1);
        Batch slice = slice(batch, virtualRank);
        if (slice.size() == 0) {
            return new NodeSum(node, state.absent(), null);
        }
        try (var _ = Scope.open("virtual rank " + virtualRank);
                Leaf leaf = new Leaf(slice, batch.size(), step, virtualRank)) {
            return switch (work) {
                case Work.ByRows<M>(var closure) -> leaf.byRows(closure);
                case Work.ByWeight<M>(var closure) -> leaf.byWeight(closure);
                case Work.Evaluation<M>(var closure) -> leaf.evaluate(closure);
            };
        }
    }

    private Batch slice(Batch batch, int virtualRank) {
        int from = (int) ((long) batch.size() * virtualRank / virtualRanks);
        int to = (int) ((long) batch.size() * (virtualRank + 1) / virtualRanks);
        return batch.slice(from, to);
    }

    /** One leaf in the making, inside of its scope. */
    private final class Leaf implements AutoCloseable {
        private final Batch slice;
        private final double share;
        private final StepContext context;
        private final RandomSource random;
        private final BufferUpdates updates = new BufferUpdates();
        private final List<@Nullable Value> tensors = state.absent();

        Leaf(Batch slice, int batchRows, long step, int virtualRank) {
            this.slice = slice;
            this.share = (double) slice.size() / batchRows;
            this.random = new StepRandom(seed, step, virtualRank);
            this.context = new StepContext(step, virtualRank, random);
        }

        NodeSum byRows(StepClosure<M> closure) {
            Tensor loss = run(() -> closure.loss(model, slice, context));
            return train(loss, share, share);
        }

        NodeSum byWeight(WeightedClosure<M> closure) {
            WeightedLoss loss = run(() -> closure.loss(model, slice, context));
            return train(loss.sum(), 1, loss.weight());
        }

        NodeSum evaluate(StepClosure<M> closure) {
            try (var _ = GradMode.noGrad()) {
                Tensor loss = run(() -> closure.loss(model, slice, context));
                return sum(loss.item() * share, share);
            }
        }

        private <T> T run(Supplier<T> closure) {
            try (var _ = RandomSource.install(random)) {
                return updates.during(closure);
            }
        }

        private NodeSum train(Tensor loss, double scale, double weight) {
            double value = loss.item();
            if (!Double.isFinite(value)) {
                throw new NonFiniteLossException(value, context.step(), context.virtualRank(), slice.ids());
            }
            Gradients gradients = loss.backward(fullLike(loss, scale), options -> options);
            takeGradients(gradients);
            takeBufferUpdates();
            return sum(value * scale, weight);
        }

        private void takeGradients(Gradients gradients) {
            try (var _ = GradMode.noGrad()) {
                for (int i = 0; i < state.parameters().size(); i++) {
                    int index = i;
                    gradients
                            .find(state.parameters().get(i))
                            .map(gradient ->
                                    gradient.to(state.specs().get(index).dtype()))
                            .ifPresent(gradient -> tensors.set(index, Leaves.own(gradient)));
                }
            }
        }

        private void takeBufferUpdates() {
            try (var _ = GradMode.noGrad()) {
                for (int i = 0; i < state.buffers().size(); i++) {
                    int index = state.firstBuffer() + i;
                    updates.of(state.buffers().get(i))
                            .ifPresent(value -> tensors.set(index, Leaves.own(weighted(value))));
                }
            }
        }

        private Tensor weighted(Tensor update) {
            return update.dtype().isFloating() ? update.mul(share) : update;
        }

        private NodeSum sum(double loss, double weight) {
            TreeMap<String, Double> scalars = new TreeMap<>();
            scalars.put(LOSS, loss);
            scalars.put(WEIGHT, weight);
            scalars.put(ROWS, (double) slice.size());
            context.metrics().forEach((name, mean) -> scalars.put(METRIC + name, mean * slice.size()));
            VirtualRanks node = new VirtualRanks(context.virtualRank(), context.virtualRank() + 1);
            return new NodeSum(node, tensors, new StepScalars(scalars));
        }

        @Override
        public void close() {
            updates.close();
        }
    }
}
