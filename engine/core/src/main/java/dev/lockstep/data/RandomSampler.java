package dev.lockstep.data;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A permutation an epoch. The keys of the last epoch asked for are kept, since a caller mostly stays in one. */
final class RandomSampler implements Sampler {
    private final long size;
    private final long seed;
    private final AtomicReference<@Nullable Keyed> last = new AtomicReference<>();

    private record Keyed(long epoch, SampleOrder order) {}

    RandomSampler(long size, long seed) {
        this.size = size;
        this.seed = seed;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public long at(long epoch, long place) {
        Keyed keyed = last.get();
        if (keyed == null || keyed.epoch() != epoch) {
            keyed = new Keyed(epoch, new SampleOrder(seed, epoch, size));
            last.set(keyed);
        }
        return keyed.order().at(place);
    }
}
