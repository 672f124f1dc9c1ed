package dev.lockstep.data;

/**
 * Says which sample stands at each place of an epoch: a function of its arguments, so that any worker finds any place
 * at any time. Immutable and thread-safe.
 */
public interface Sampler {
    /** {@return how many places an epoch has} */
    long size();

    /**
     * {@return the id of the sample at a place of an epoch}
     *
     * @throws IndexOutOfBoundsException if the place is outside {@code [0, size())}
     */
    long at(long epoch, long place);

    /** {@return the samples in the order of their ids, every epoch} */
    static Sampler sequential(long size) {
        return new SequentialSampler(size);
    }

    /** {@return every sample once, in an order of each epoch's own; see {@link SampleOrder}} */
    static Sampler random(long size, long seed) {
        return new RandomSampler(size, seed);
    }

    /**
     * {@return samples drawn with replacement, each in proportion to its weight}
     *
     * @param weights of the samples, finite and not negative
     * @param draws places of an epoch
     * @throws IllegalArgumentException if a weight is negative or not finite, or all are zero
     */
    static Sampler weighted(double[] weights, long draws, long seed) {
        return new WeightedSampler(weights, draws, seed);
    }

    /**
     * {@return samples drawn without replacement, each in proportion to its weight among those that are left}
     *
     * @param weights of the samples, finite and not negative; a sample of weight zero is never drawn
     * @param draws places of an epoch, at most as many as samples have a weight
     * @throws IllegalArgumentException if a weight is negative or not finite, or there are too few samples
     */
    static Sampler weightedOnce(double[] weights, int draws, long seed) {
        return new WeightedOrder(weights, draws, seed);
    }

    /**
     * {@return the share of one of several processes that train together by hand: places rank, rank + ranks, ... of
     * this one} As torch's DistributedSampler: all shares have one size, for which the last places begin again at the
     * first or, with {@code dropLast}, are left out. A {@code Trainer} needs none: it slices the global batch itself.
     *
     * @throws IllegalArgumentException if there is no such rank
     */
    default Sampler share(int rank, int ranks, boolean dropLast) {
        return new DistributedSampler(this, rank, ranks, dropLast);
    }

    /** {@return the samples of some ids only, in the order of this sampler's places} */
    default Sampler of(long[] ids) {
        long[] chosen = ids.clone();
        Sampler places = this;
        if (places.size() != chosen.length) {
            throw new IllegalArgumentException(
                    "sampler: " + chosen.length + " ids for a sampler of " + places.size() + " places");
        }
        return new Sampler() {
            @Override
            public long size() {
                return chosen.length;
            }

            @Override
            public long at(long epoch, long place) {
                return chosen[Math.toIntExact(places.at(epoch, place))];
            }
        };
    }
}
