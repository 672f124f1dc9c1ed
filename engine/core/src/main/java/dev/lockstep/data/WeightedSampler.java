package dev.lockstep.data;

import java.util.Arrays;
import java.util.Objects;

/** Draws by weight: a place's uniform number, a hash of (seed, epoch, place), is looked up in the running sums. */
final class WeightedSampler implements Sampler {
    private final double[] sums;
    private final long draws;
    private final long seed;

    WeightedSampler(double[] weights, long draws, long seed) {
        this.sums = weights.clone();
        this.draws = draws;
        this.seed = seed;
        if (draws < 0) {
            throw new IllegalArgumentException("weighted sampler: " + draws + " draws");
        }
        check(weights);
        double sum = 0;
        for (int i = 0; i < sums.length; i++) {
            sum += weights[i];
            sums[i] = sum;
        }
    }

    /** Refuses weights that are negative, not finite, or add up to nothing or to infinity. */
    static void check(double[] weights) {
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            if (!(weights[i] >= 0) || Double.isInfinite(weights[i])) {
                throw new IllegalArgumentException("weighted sampler: weight " + i + " is " + weights[i]);
            }
            sum += weights[i];
        }
        if (!(sum > 0) || Double.isInfinite(sum)) {
            throw new IllegalArgumentException("weighted sampler: the weights add up to " + sum);
        }
    }

    @Override
    public long size() {
        return draws;
    }

    @Override
    public long at(long epoch, long place) {
        Objects.checkIndex(place, draws);
        double target = SampleOrder.uniform(seed, epoch, place) * sums[sums.length - 1];
        int found = Arrays.binarySearch(sums, target);
        int next = found < 0 ? -found - 1 : found + 1;
        while (next < sums.length - 1 && sums[next] <= target) {
            next++; // Samples of weight zero share a running sum with the one before.
        }
        return Math.min(next, lastWithWeight());
    }

    /** Rounding may put a target on the last sum itself. */
    private int lastWithWeight() {
        int last = sums.length - 1;
        while (last > 0 && sums[last] == sums[last - 1]) {
            last--;
        }
        return last;
    }
}
