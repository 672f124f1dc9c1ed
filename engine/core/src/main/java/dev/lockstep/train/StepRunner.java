package dev.lockstep.train;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Backends;
import dev.lockstep.data.Batch;
import dev.lockstep.layout.VirtualRanks;
import dev.lockstep.module.Module;
import dev.lockstep.train.GradientReducer.Outcome;
import dev.lockstep.train.LeafComputer.Work;
import java.util.List;

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
    private long sequence;

    StepRunner(Job job, M model, int virtualRanks) {
        this.job = job;
        this.state = StateIndex.of(model);
        this.virtualRanks = virtualRanks;
        this.leaves = new LeafComputer<>(model, state, job.settings().seed(), virtualRanks);
        this.threads = new ComputeThreads(job.settings().threads());
        this.reducer = job.reducer().get();
        reducer.open(new ReductionPlan(virtualRanks, state.specs(), backend().numericsFingerprint()));
    }

    private Backend backend() {
        return Backends.of(job.settings().device());
    }

    /** {@return the sum over all virtual ranks of one step; owned by the caller} */
    NodeSum run(Work<M> work, Batch batch, long step) {
        VirtualRanks mine = reducer.assigned();
        try (PartialSums sums = new PartialSums(virtualRanks, backend(), threads::run)) {
            while (true) {
                sums.retain(mine);
                List<Integer> missing = sums.missing(mine);
                threads.run(missing.size(), i -> sums.add(leaves.compute(work, batch, step, missing.get(i))));
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

    /** {@return the threads that compute, for loops between the steps} */
    ComputeThreads threads() {
        return threads;
    }

    StateIndex state() {
        return state;
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
    }
}
