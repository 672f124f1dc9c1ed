package dev.lockstep.train;

import static dev.lockstep.tensor.Tensors.fullLike;

import dev.lockstep.autograd.GradMode;
import dev.lockstep.autograd.Leaf;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.batching.Batched;
import dev.lockstep.data.Batch;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.VirtualRanks;
import dev.lockstep.module.BufferUpdates;
import dev.lockstep.tensor.RandomSource;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.train.LeafComputer.Work;
import dev.lockstep.train.WeightedClosure.WeightedLoss;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * The leaves of one virtual rank, or of several neighbouring ones that one call of the closure computes side by side,
 * inside of their scope. Confined to its thread.
 *
 * @param <M> the model
 */
final class LeafGroup<M> implements AutoCloseable {
    private final StateIndex state;
    private final VirtualRanks ranks;
    private final List<Batch> slices;
    private final Batch batch;
    private final double share;
    private final StepContext context;
    private final BufferUpdates updates = new BufferUpdates();
    private final NodeBuckets buckets;

    /**
     * Makes the leaves of a group.
     *
     * @param slices the rows of each virtual rank, as many of each
     * @param share what part of the global batch's rows one virtual rank has
     */
    LeafGroup(StateIndex state, StepContext context, List<Batch> slices, double share, NodeBuckets buckets) {
        this.state = state;
        this.ranks = context.ranks();
        this.slices = slices;
        this.batch = slices.size() == 1 ? slices.getFirst() : Batch.sideBySide(slices);
        this.share = share;
        this.context = context;
        this.buckets = buckets;
    }

    /** Runs the closure. Returns the loss with what it is divided by. */
    WeightedLoss forward(Work<M> work, M model) {
        return switch (work) {
            case Work.ByRows<M>(var closure) -> new WeightedLoss(run(() -> closure.loss(model, batch, context)), share);
            case Work.ByWeight<M>(var closure) -> run(() -> closure.loss(model, batch, context));
            case Work.Evaluation<M>(var closure) -> {
                try (var _ = GradMode.noGrad()) {
                    yield new WeightedLoss(run(() -> closure.loss(model, batch, context)), share);
                }
            }
        };
    }

    private <T> T run(Supplier<T> closure) {
        try (var _ = RandomSource.install(context.source())) {
            return updates.during(closure);
        }
    }

    /** Hands over what the virtual ranks contribute to the sums. */
    void give(Work<M> work, WeightedLoss loss) {
        double scale = work instanceof Work.ByWeight ? 1 : share;
        double[] values = Leaves.items(loss.sum(), ranks.count());
        if (!(work instanceof Work.Evaluation)) {
            refuseNonFinite(values);
            giveBufferUpdates(); // The first bucket has them: it need not wait for backward.
            giveGradients(loss.sum(), scale);
        }
        for (int lane = 0; lane < values.length; lane++) {
            finish(lane, values[lane] * scale, loss.weight());
        }
    }

    private void refuseNonFinite(double[] losses) {
        for (int lane = 0; lane < losses.length; lane++) {
            if (!Double.isFinite(losses[lane])) {
                throw new NonFiniteLossException(
                        losses[lane],
                        context.step(),
                        ranks.from() + lane,
                        slices.get(lane).ids());
            }
        }
    }

    private void giveGradients(Tensor loss, double scale) {
        Map<Leaf, Integer> places = state.places();
        loss.backward(
                fullLike(loss, scale),
                options -> options.listener((leaf, gradient) -> give(places, leaf, gradient))
                        .products((leaf, left, right) -> give(places, leaf, left, right)));
    }

    private void give(Map<Leaf, Integer> places, Leaf leaf, Value gradient) {
        Integer index = places.get(leaf);
        if (index != null) { // Else it is no parameter of this model.
            DType dtype = state.specs().get(index).dtype();
            put(index, lane -> Tensor.wrap(Batched.lane(gradient, lane)).to(dtype));
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
        List<Value> lefts = lanes(left);
        List<Value> rights = lanes(right);
        try (var _ = GradMode.noGrad()) {
            buckets.put(index, lefts, rights);
        } finally {
            lefts.forEach(Value::close);
            rights.forEach(Value::close);
        }
        return true;
    }

    private List<Value> lanes(Value value) {
        return IntStream.range(0, ranks.count())
                .mapToObj(lane -> Batched.lane(value, lane))
                .toList();
    }

    private void giveBufferUpdates() {
        for (int i = 0; i < state.buffers().size(); i++) {
            int index = state.firstBuffer() + i;
            updates.of(state.buffers().get(i))
                    .ifPresent(value -> put(index, lane -> weighted(Tensor.wrap(Batched.lane(value.value(), lane)))));
        }
    }

    private Tensor weighted(Tensor update) {
        return update.dtype().isFloating() ? update.mul(share) : update;
    }

    private void put(int index, IntFunction<Tensor> lane) {
        try (var _ = GradMode.noGrad()) {
            buckets.put(
                    index,
                    IntStream.range(0, ranks.count())
                            .mapToObj(number -> Leaves.own(lane.apply(number)))
                            .toList());
        }
    }

    private void finish(int lane, double loss, double weight) {
        int rows = slices.get(lane).size();
        TreeMap<String, Double> scalars = new TreeMap<>();
        scalars.put(LeafComputer.LOSS, loss);
        scalars.put(LeafComputer.WEIGHT, weight);
        scalars.put(LeafComputer.ROWS, (double) rows);
        context.metrics().forEach((name, means) -> scalars.put(LeafComputer.METRIC + name, means[lane] * rows));
        buckets.finish(new StepScalars(scalars));
    }

    @Override
    public void close() {
        updates.close();
    }
}
