package dev.lockstep.data;

import java.util.Objects;

/** Every ranks-th place of another sampler. */
record DistributedSampler(Sampler all, int rank, int ranks, boolean dropLast) implements Sampler {
    DistributedSampler {
        if (ranks < 1 || rank < 0 || rank >= ranks) {
            throw new IllegalArgumentException("distributed sampler: rank " + rank + " of " + ranks);
        }
    }

    @Override
    public long size() {
        return dropLast ? all.size() / ranks : Math.ceilDiv(all.size(), (long) ranks);
    }

    @Override
    public long at(long epoch, long place) {
        long global = Objects.checkIndex(place, size()) * ranks + rank;
        return all.at(epoch, global % all.size());
    }
}
