package dev.lockstep.train;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Backends;
import dev.lockstep.data.Batch;
import dev.lockstep.layout.VirtualRanks;
import dev.lockstep.module.Module;
import dev.lockstep.module.StateDict;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.train.GradientReducer.Outcome;
import dev.lockstep.train.LeafComputer.Work;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Brings a step from a batch to its sum over all virtual ranks: computes this worker's leaves, reduces, and computes
 * more when the members change. Steps and evaluation batches are numbered alike. Confined to the trainer's thread.
 *
 * @param <M> the model
 */
final class StepRunner<M extends Module<?, ?>> implements AutoCloseable {
    private final Job job;
    private final StateIndex state;
    private final int virtualRanks;
    private final LeafComputer<M> leaves;
    private final ComputeThreads threads;
    private final GradientReducer reducer;
    private final Optional<PowerSgdState> powerSgd;
    private final Division whole;
    private final Division buckets;
    private long sequence;

    StepRunner(Job job, M model, CommHook hook, int virtualRanks) {
        this.job = job;
        this.state = StateIndex.of(model, hook);
        this.virtualRanks = virtualRanks;
        this.leaves = new LeafComputer<>(model, state, backend(), job.settings().seed(), virtualRanks);
        this.threads = new ComputeThreads(job.settings().threads());
        this.reducer = job.reducer().get();
        this.powerSgd =
                hook instanceof PowerSgd options ? Optional.of(new PowerSgdState(options, state)) : Optional.empty();
        powerSgd.filter(kept -> kept.options().keepsReplicas()).ifPresent(reducer::keep);
        reducer.open(new ReductionPlan(
                virtualRanks, state.specs(), hook.toString(), backend().numericsFingerprint()));
        this.whole = Division.whole(state.count());
        this.buckets = Division.of(state.count(), reducer.buckets());
    }

    private Backend backend() {
        return Backends.of(job.settings().device());
    }

    /** {@return the sum over all virtual ranks of one step; owned by the caller} */
    NodeSum run(Work<M> work, Batch batch, long step) {
        boolean training = !(work instanceof Work.Evaluation);
        if (training) {
            reducer.beginStep(step);
        }
        return powerSgd.filter(kept -> training && step >= kept.options().startPowerSgdIter())
                .map(kept -> factored(kept, step, virtualRank -> leaves.compute(work, batch, step, virtualRank)))
                .orElseGet(() -> reduce(training ? buckets : whole, virtualRanks, (node, sums) -> {
                    NodeBuckets parts = new NodeBuckets(node, sums.division(), backend(), sums);
                    leaves.compute(work, batch, step, parts);
                }));
    }

    /** Computes what a node's virtual ranks contribute and adds it to the sums. */
    @FunctionalInterface
    private interface Contribution {
        void add(VirtualRanks node, PartialSums sums);
    }

    private NodeSum factored(PowerSgdState kept, long step, IntFunction<NodeSum> leaf) {
        try (PowerSgdStep factors = new PowerSgdStep(kept, step, leaf);
                NodeSum first = reduce(whole, 1, (node, sums) -> sums.add(0, factors.first(node.from())))) {
            factors.between(first);
            try (NodeSum second = reduce(whole, 1, (node, sums) -> sums.add(0, factors.second(node.from())))) {
                return factors.finish(first, second, threads);
            }
        }
    }

    private NodeSum reduce(Division division, int mostAtOnce, Contribution contribution) {
        VirtualRanks mine = reducer.assigned();
        try (PartialSums sums = new PartialSums(virtualRanks, division, backend(), threads::run)) {
            sums.begunAt(reducer::place);
            if (sums.isDivided()) {
                sums.whenSummed(bucket -> reducer.ready(sequence, bucket, sums));
            }
            while (true) {
                sums.retain(mine);
                List<VirtualRanks> missing = missing(sums, mine, mostAtOnce);
                threads.run(missing.size(), i -> contribution.add(missing.get(i), sums));
                switch (reducer.reduce(sequence, sums)) {
                    case Outcome.Reduced(NodeSum total) -> {
                        sequence++;
                        return total;
                    }
                    case Outcome.Reassigned(VirtualRanks now) -> mine = now;
                }
            }
        }
    }

    /**
     * {@return the nodes to compute, of at most {@code most} virtual ranks} The larger a thread's nodes are, the less
     * its virtual ranks' gradients cost; but no thread shall have nothing to do meanwhile.
     */
    private List<VirtualRanks> missing(PartialSums sums, VirtualRanks mine, int most) {
        List<VirtualRanks> nodes = sums.missing(mine, 1);
        int rounds = Math.ceilDiv(nodes.size(), threads.count());
        for (int size = 2; size <= most; size *= 2) {
            List<VirtualRanks> larger = sums.missing(mine, size);
            if (Math.ceilDiv(larger.size(), threads.count()) * size > rounds) {
                break;
            }
            nodes = larger;
        }
        return nodes;
    }

    /** {@return the slices of a batch that are this worker's in the generation in force} */
    List<Batch> slices(Batch batch) {
        VirtualRanks mine = reducer.assigned();
        return IntStream.range(mine.from(), mine.to())
                .mapToObj(virtualRank -> leaves.slice(batch, virtualRank))
                .filter(slice -> slice.size() > 0)
                .toList();
    }

    /** {@return the threads that compute, for loops between the steps} */
    ComputeThreads threads() {
        return threads;
    }

    StateIndex state() {
        return state;
    }

    /**
     * Goes on with what the communication hook kept.
     *
     * @throws IllegalArgumentException if the hook keeps no such thing
     */
    void loadHookState(StateDict saved) {
        if (powerSgd.isEmpty() && !saved.tensors().isEmpty()) {
            throw new IllegalArgumentException(
                    "trainer: the communication hook keeps no state, but was given " + saved.keys());
        }
        powerSgd.ifPresent(kept -> kept.load(saved, virtualRanks));
    }

    /**
     * {@return what the communication hook keeps from step to step, of all virtual ranks, on every worker} All workers
     * call it at the same place.
     *
     * @param steps how many training steps were made
     */
    StateDict gatherHookState(long steps) {
        SequencedMap<String, Tensor> all = new LinkedHashMap<>();
        powerSgd.ifPresent(kept -> {
            all.putAll(kept.saveShared());
            for (int v = 0; kept.hasLeftOut(steps) && v < virtualRanks; v++) {
                int source = v;
                try (NodeSum of = reduce(whole, 1, (node, sums) -> sums.add(0, kept.given(node, source)))) {
                    all.putAll(kept.saveLeftOut(v, of));
                }
            }
        });
        return new StateDict(all);
    }

    /** {@return what the communication hook keeps from step to step; none for most} */
    Optional<PowerSgdState> hookState() {
        return powerSgd;
    }

    int virtualRanks() {
        return virtualRanks;
    }

    GradientReducer reducer() {
        return reducer;
    }

    @Override
    public void close() {
        threads.close();
        reducer.close();
        powerSgd.ifPresent(PowerSgdState::close);
    }
}
