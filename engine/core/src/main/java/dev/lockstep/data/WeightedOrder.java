package dev.lockstep.data;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Draws by weight without replacement: the samples with the smallest {@code -log(u) / weight}, u being a hash of (seed,
 * epoch, id) in (0, 1) (Efraimidis and Spirakis 2006). The order of the last epoch asked for is kept.
 */
final class WeightedOrder implements Sampler {
    private static final double UNIT = 0x1p-53;
    private static final int UNUSED_BITS = 11;

    private final double[] weights;
    private final int draws;
    private final long seed;
    private final AtomicReference<@Nullable Drawn> last = new AtomicReference<>();

    /** The order of one epoch. */
    private static final class Drawn {
        private final long epoch;
        private final int[] ids;

        Drawn(long epoch, int[] ids) {
            this.epoch = epoch;
            this.ids = ids;
        }
    }

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
        Drawn drawn = last.get();
        if (drawn == null || drawn.epoch != epoch) {
            drawn = draw(epoch);
            last.set(drawn);
        }
        return drawn.ids[(int) place];
    }

    private Drawn draw(long epoch) {
        double[] keys = new double[weights.length];
        for (int id = 0; id < keys.length; id++) {
            double uniform = ((SampleOrder.hash(seed, epoch, id) >>> UNUSED_BITS) + 0.5) * UNIT;
            keys[id] = weights[id] == 0 ? Double.POSITIVE_INFINITY : -StrictMath.log(uniform) / weights[id];
        }
        int[] ids = IntStream.range(0, keys.length)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(id -> keys[id]).thenComparing(id -> id))
                .limit(draws)
                .mapToInt(id -> id)
                .toArray();
        return new Drawn(epoch, ids);
    }
}
