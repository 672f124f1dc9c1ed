package dev.lockstep.data;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Draws by weight without replacement: the samples with the smallest {@code -log(u) / weight}, u being a hash of (seed,
 * epoch, id) in (0, 1) (Efraimidis and Spirakis 2006).
 */
final class WeightedOrder implements Sampler {
    private static final double HALF_STEP = 0x1p-54;

    private final double[] weights;
    private final int draws;
    private final long seed;
    private final PerEpoch<int[]> orders = new PerEpoch<>(this::draw);

    WeightedOrder(double[] weights, int draws, long seed) {
        WeightedSampler.check(weights);
        long possible = Arrays.stream(weights).filter(weight -> weight > 0).count();
        if (draws < 0 || draws > possible) {
            throw new IllegalArgumentException("weighted sampler: " + draws + " draws without replacement from "
                    + possible + " samples with a weight");
        }
        this.weights = weights.clone();
        this.draws = draws;
        this.seed = seed;
    }

    @Override
    public long size() {
        return draws;
    }

    @Override
    public long at(long epoch, long place) {
        Objects.checkIndex(place, draws);
        return orders.of(epoch)[(int) place];
    }

    private int[] draw(long epoch) {
        double[] keys = new double[weights.length];
        for (int id = 0; id < keys.length; id++) {
            double uniform = SampleOrder.uniform(seed, epoch, id) + HALF_STEP;
            keys[id] = weights[id] == 0 ? Double.POSITIVE_INFINITY : -StrictMath.log(uniform) / weights[id];
        }
        return IntStream.range(0, keys.length)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(id -> keys[id]).thenComparing(id -> id))
                .limit(draws)
                .mapToInt(id -> id)
                .toArray();
    }
}
