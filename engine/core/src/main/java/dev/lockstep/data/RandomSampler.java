package dev.lockstep.data;

/** A permutation an epoch. */
final class RandomSampler implements Sampler {
    private final long size;
    private final PerEpoch<SampleOrder> orders;

    RandomSampler(long size, long seed) {
        this.size = size;
        this.orders = new PerEpoch<>(epoch -> new SampleOrder(seed, epoch, size));
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public long at(long epoch, long place) {
        return orders.of(epoch).at(place);
    }
}
