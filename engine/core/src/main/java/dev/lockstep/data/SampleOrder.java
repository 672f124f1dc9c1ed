package dev.lockstep.data;

/**
 * A permutation of {@code [0, size)} keyed by (seed, epoch): which sample stands at which place of an epoch. Any place
 * is computed on its own in constant time and memory, so a worker that joins or takes over needs no history.
 *
 * <p>Place {@code i} goes through an alternating Feistel network over the smallest number of bits that holds
 * {@code size}; a result outside the range goes through it again (cycle walking), on average fewer than two times. The
 * round function is the finalizer of SplitMix64. These numbers are part of what a job is: changing them changes trained
 * weights.
 *
 * <p>Immutable.
 */
public final class SampleOrder {
    private static final int ROUNDS = 12;
    private static final int UNUSED_BITS = 11;
    private static final double UNIT = 0x1p-53;
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final long size;
    private final int leftBits;
    private final int rightBits;
    private final long[] keys = new long[ROUNDS];

    /** Makes the order of one epoch, counted from 0, over {@code size} samples. */
    public SampleOrder(long seed, long epoch, long size) {
        if (size < 0 || epoch < 0) {
            throw new IllegalArgumentException("sample order: size " + size + " or epoch " + epoch + " is negative");
        }
        this.size = size;
        int bits = Math.max(2, 64 - Long.numberOfLeadingZeros(Math.max(0, size - 1)));
        this.leftBits = bits / 2;
        this.rightBits = bits - leftBits;
        long key = mix(mix(seed + GOLDEN) ^ (epoch * GOLDEN));
        for (int round = 0; round < ROUNDS; round++) {
            keys[round] = mix(key + (round + 1) * GOLDEN);
        }
    }

    /** {@return the number of samples} */
    public long size() {
        return size;
    }

    /**
     * {@return the id of the sample at a place}
     *
     * @throws IndexOutOfBoundsException if the place is outside {@code [0, size)}
     */
    public long at(long place) {
        if (place < 0 || place >= size) {
            throw new IndexOutOfBoundsException("sample order: place " + place + " is outside [0, " + size + ")");
        }
        long id = place;
        do {
            id = encipher(id);
        } while (id >= size);
        return id;
    }

    /** {@return 64 bits that depend on all three numbers alone} */
    static long hash(long seed, long epoch, long place) {
        long key = mix(mix(seed + GOLDEN) ^ (epoch * GOLDEN));
        return mix(mix(key + place * GOLDEN) + key);
    }

    /** {@return a number in [0, 1), a multiple of 2^-53, that depends on all three numbers alone} */
    static double uniform(long seed, long epoch, long place) {
        return (hash(seed, epoch, place) >>> UNUSED_BITS) * UNIT;
    }

    private long encipher(long block) {
        long right = block & ((1L << rightBits) - 1);
        long left = block >>> rightBits;
        for (int round = 0; round < ROUNDS; round += 2) {
            left ^= mix(right ^ keys[round]) >>> (64 - leftBits);
            right ^= mix(left ^ keys[round + 1]) >>> (64 - rightBits);
        }
        return (left << rightBits) | right;
    }

    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
