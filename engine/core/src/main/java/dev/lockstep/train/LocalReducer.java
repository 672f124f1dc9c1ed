package dev.lockstep.train;

import dev.lockstep.layout.VirtualRanks;
import java.util.List;

/**
 * Reduces within one process: the contributions' own tree is the whole tree. May be extended by what has somebody to
 * tell of it. Confined to the trainer's thread.
 */
public class LocalReducer implements GradientReducer {
    private VirtualRanks all = new VirtualRanks(0, 1);

    /** Makes a reducer that was not opened yet. */
    public LocalReducer() {}

    @Override
    public VirtualRanks open(ReductionPlan plan) {
        all = new VirtualRanks(0, plan.virtualRanks());
        return all;
    }

    @Override
    public final VirtualRanks assigned() {
        return all;
    }

    @Override
    public Outcome reduce(long sequence, Contributions contributions) {
        List<NodeSum> cover = contributions.cover(all);
        return new Outcome.Reduced(cover.getFirst().alias());
    }

    @Override
    public final boolean isLeader() {
        return true;
    }

    @Override
    public long generation() {
        return 1;
    }

    @Override
    public void complete(String weightsSha256) {}

    @Override
    public void close() {}
}
