package dev.lockstep.launcher.worker;

import dev.lockstep.backend.Value;
import dev.lockstep.launcher.NativeProcess;
import dev.lockstep.launcher.link.BlackBox;
import dev.lockstep.layout.VirtualRanks;
import dev.lockstep.train.GradientReducer;
import dev.lockstep.train.RankStates;
import dev.lockstep.train.ReductionPlan;
import java.util.List;
import java.util.Optional;

/** Notes in the black box at which step the trainer is; kills the process where a test asked for it. */
final class WatchedReducer implements GradientReducer {
    private final GradientReducer inner;
    private final BlackBox box;
    private final long killAtStep;
    private long step;
    private boolean closed;

    WatchedReducer(GradientReducer inner, BlackBox box, long killAtStep) {
        this.inner = inner;
        this.box = box;
        this.killAtStep = killAtStep;
    }

    @Override
    public void keep(RankStates states) {
        inner.keep(states);
    }

    @Override
    public VirtualRanks open(ReductionPlan plan) {
        VirtualRanks mine = inner.open(plan);
        note(BlackBox.Phase.COMPUTE);
        return mine;
    }

    @Override
    public void beginStep(long begun) {
        step = begun;
        inner.beginStep(begun);
        note(BlackBox.Phase.COMPUTE);
    }

    @Override
    public List<List<Integer>> buckets() {
        return inner.buckets();
    }

    @Override
    public void ready(long sequence, int bucket, Contributions contributions) {
        inner.ready(sequence, bucket, contributions);
    }

    @Override
    public Optional<Value> place(int tensor, int virtualRank) {
        return inner.place(tensor, virtualRank);
    }

    @Override
    public VirtualRanks assigned() {
        return inner.assigned();
    }

    @Override
    public Outcome reduce(long sequence, Contributions contributions) {
        note(BlackBox.Phase.REDUCE);
        if (step + 1 == killAtStep) {
            NativeProcess.killSelf();
        }
        Outcome outcome = inner.reduce(sequence, contributions);
        note(BlackBox.Phase.COMPUTE);
        return outcome;
    }

    @Override
    public boolean isLeader() {
        return inner.isLeader();
    }

    @Override
    public long generation() {
        return inner.generation();
    }

    @Override
    public void complete(String weightsSha256) {
        box.write(-1, 0, 0, BlackBox.Phase.END);
        inner.complete(weightsSha256);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            inner.close();
        }
    }

    private void note(BlackBox.Phase phase) {
        VirtualRanks mine = inner.assigned();
        box.write(step, mine.from(), mine.to(), phase);
    }
}
