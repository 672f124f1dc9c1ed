package dev.lockstep.train;

import dev.lockstep.tensor.RandomSource;
import dev.lockstep.tensor.Tensor;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a step's closure may touch besides its model and batch: the way to report metrics and to draw random numbers.
 * One a virtual rank and step; confined to the thread that runs the closure.
 */
public final class StepContext {
    private final long step;
    private final int virtualRank;
    private final RandomSource random;
    private final TreeMap<String, Double> metrics = new TreeMap<>();

    StepContext(long step, int virtualRank, RandomSource random) {
        this.step = step;
        this.virtualRank = virtualRank;
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
        return virtualRank;
    }

    /** {@return the randomness of this step and virtual rank: the same whoever computes it} */
    public RandomSource random() {
        return random;
    }

    /**
     * Reports a number that is a mean over the slice's rows; the trainer averages it over all rows of the global batch.
     */
    public void metric(String name, double mean) {
        if (metrics.put(name, mean) != null) {
            throw new IllegalArgumentException("metric '" + name + "' was reported twice in one step");
        }
    }

    /** Reports a 0-dim tensor that is a mean over the slice's rows. */
    public void metric(String name, Tensor mean) {
        metric(name, mean.item());
    }

    SortedMap<String, Double> metrics() {
        return metrics;
    }
}
