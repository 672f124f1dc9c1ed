package dev.lockstep.data;

/**
 * Says which samples each batch of an epoch has, for batches that are not cut from one order: of like length, of all
 * classes, of changing size. A function of its arguments. Immutable and thread-safe.
 */
public interface BatchSampler {
    /** {@return how many batches an epoch has} */
    int batches(long epoch);

    /**
     * {@return the ids of the samples of a batch}
     *
     * @throws IndexOutOfBoundsException if there is no such batch
     */
    long[] ids(long epoch, int batch);

    /** {@return batches of a sampler's places in order} */
    static BatchSampler of(Sampler sampler, int batchSize, boolean dropLast) {
        return new CutBatches(sampler, batchSize, dropLast);
    }
}
