package dev.lockstep.collectives.parallel;

/**
 * How much is enough for a bucket: {@code bucket_cap_mb} of PyTorch's DistributedDataParallel. As there, tensors are
 * added until a bucket has at least as much.
 *
 * @param firstBytes of the first bucket of each dtype, smaller than the others so that it can leave early
 * @param otherBytes of the others
 */
public record BucketSizes(long firstBytes, long otherBytes) {
    /** 1 MiB and 25 MiB, as PyTorch has them. */
    public static final BucketSizes DEFAULT = new BucketSizes(1L << 20, 25L << 20);

    /** Checks the sizes. */
    public BucketSizes {
        if (firstBytes < 1 || otherBytes < 1) {
            throw new IllegalArgumentException(
                    "bucket sizes: " + firstBytes + " and " + otherBytes + " bytes must be at least 1");
        }
    }
}
