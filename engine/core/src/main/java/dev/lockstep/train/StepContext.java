package dev.lockstep.train;

import dev.lockstep.backend.batching.Batching;
import dev.lockstep.layout.VirtualRanks;
import dev.lockstep.tensor.RandomSource;
import dev.lockstep.tensor.Tensor;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a step's closure may touch besides its model and batch: the way to report metrics and to draw random numbers.
 * One a call of the closure; confined to the thread that runs it.
 */
public final class StepContext {
    private final long step;
    private final VirtualRanks ranks;
    private final RandomSource random;
    private final TreeMap<String, double[]> metrics = new TreeMap<>();

    StepContext(long step, VirtualRanks ranks, RandomSource random) {
        this.step = step;
        this.ranks = ranks;
        this.random = random;
    }

    /**
     * {@return the number of the step being computed, from 0; an evaluation has the number of the next training step}
     */
    public long step() {
        return step;
    }

    /** {@return which virtual rank this is} */
    public int virtualRank() {
        refuseForSeveral("ctx.virtualRank()");
        return ranks.from();
    }

    /** {@return the randomness of this step and virtual rank: the same whoever computes it} */
    public RandomSource random() {
        refuseForSeveral("ctx.random()");
        return random;
    }

    /** {@return the randomness that ops draw from, whichever virtual ranks they run for} */
    RandomSource source() {
        return random;
    }

    VirtualRanks ranks() {
        return ranks;
    }

    private void refuseForSeveral(String asked) {
        if (ranks.count() > 1) {
            throw Batching.refusal(asked);
        }
    }

    /**
     * Reports a number that is a mean over the slice's rows; the trainer averages it over all rows of the global batch.
     */
    public void metric(String name, double mean) {
        double[] means = new double[ranks.count()];
        Arrays.fill(means, mean);
        put(name, means);
    }

    /** Reports a 0-dim tensor that is a mean over the slice's rows. */
    public void metric(String name, Tensor mean) {
        put(name, Leaves.items(mean, ranks.count()));
    }

    private void put(String name, double[] means) {
        if (metrics.put(name, means) != null) {
            throw new IllegalArgumentException("metric '" + name + "' was reported twice in one step");
        }
    }

    /** {@return each metric's mean of each virtual rank, by name} */
    SortedMap<String, double[]> metrics() {
        return metrics;
    }
}
