package dev.lockstep.launcher.worker;

import dev.lockstep.layout.VirtualRanks;
import dev.lockstep.train.GradientReducer;
import dev.lockstep.train.NodeSum;
import dev.lockstep.train.ReductionPlan;
import java.util.List;

/** The reducer of a job of one worker: its own tree is the whole tree, and nothing leaves the process. */
final class SoloReducer implements GradientReducer {
    private final LinkGroups groups;
    private VirtualRanks all = new VirtualRanks(0, 1);
    private long generation;
    private long lastSequence = -1;

    SoloReducer(LinkGroups groups) {
        this.groups = groups;
    }

    @Override
    public VirtualRanks open(ReductionPlan plan) {
        all = new VirtualRanks(0, plan.virtualRanks());
        groups.ready("none", plan, "one worker");
        generation = groups.await(0)
                .orElseThrow(() -> new IllegalStateException("the job was complete before it began"))
                .generation();
        groups.formed(generation);
        return all;
    }

    @Override
    public VirtualRanks assigned() {
        return all;
    }

    @Override
    public Outcome reduce(long sequence, Contributions contributions) {
        lastSequence = sequence;
        List<NodeSum> cover = contributions.cover(all);
        return new Outcome.Reduced(cover.getFirst().alias());
    }

    @Override
    public boolean isLeader() {
        return true;
    }

    @Override
    public long generation() {
        return generation;
    }

    @Override
    public void complete(String weightsSha256) {
        groups.done(generation, lastSequence, weightsSha256);
        if (groups.await(generation).isPresent()) {
            throw new IllegalStateException("a generation followed that of a job of one worker");
        }
    }

    @Override
    public void close() {}
}
