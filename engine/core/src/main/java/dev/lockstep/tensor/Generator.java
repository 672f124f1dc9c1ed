package dev.lockstep.tensor;

import dev.lockstep.backend.op.RandomKey;
import java.util.OptionalDouble;

/**
 * A stream of random numbers with hidden state, for code outside of a training step: the same stream as torch's CPU
 * generator of the same seed (aten/src/ATen/core/TransformationHelper.h, native/cpu/DistributionTemplates.h), up to the
 * last bit of logarithm and cosine. Thread-safe; what threads draw in which order is theirs to fix.
 */
public final class Generator {
    /** torch's seed for a generator that nobody seeded. */
    public static final long DEFAULT_SEED = 67280421310721L;

    private static final Generator DEFAULT = new Generator(DEFAULT_SEED);
    private static final float FLOAT_UNIT = 0x1p-24f;
    private static final double DOUBLE_UNIT = 0x1p-53;
    private static final long DOUBLE_MASK = (1L << 53) - 1;
    private static final int BLOCK = 16;
    private static final int PAIRS = 8;

    private MersenneTwister twister;
    private long seed;
    private OptionalDouble cachedNormal = OptionalDouble.empty();

    /** Makes a generator of a seed. */
    public Generator(long seed) {
        this.seed = seed;
        this.twister = new MersenneTwister((int) seed);
    }

    /** {@return the generator that functions without a generator argument draw from} */
    public static Generator defaultGenerator() {
        return DEFAULT;
    }

    /** Starts the stream of a seed. Returns this. */
    public synchronized Generator manualSeed(long newSeed) {
        seed = newSeed;
        twister = new MersenneTwister((int) newSeed);
        cachedNormal = OptionalDouble.empty();
        return this;
    }

    /** {@return the seed this stream started from} */
    public synchronized long seed() {
        return seed;
    }

    /** Draws 32 bits, as an unsigned number. */
    public synchronized long nextWord() {
        return twister.nextInt() & 0xffffffffL;
    }

    /** Draws 64 bits. */
    public synchronized long nextLong() {
        long high = nextWord();
        return high << 32 | nextWord();
    }

    /** Draws from [0, 1), a multiple of 2^-24. */
    public synchronized float nextFloat() {
        return (nextWord() & 0xffffff) * FLOAT_UNIT;
    }

    /** Draws from [0, 1), a multiple of 2^-53. */
    public synchronized double nextDouble() {
        return (nextLong() & DOUBLE_MASK) * DOUBLE_UNIT;
    }

    /** Draws a whole number from [low, high). */
    public synchronized long nextLong(long low, long high) {
        if (high <= low) {
            throw new IllegalArgumentException("randint: empty range [" + low + ", " + high + ")");
        }
        long range = high - low;
        long bits = Long.compareUnsigned(range, 1L << 32) >= 0 ? nextLong() : nextWord();
        return low + Long.remainderUnsigned(bits, range);
    }

    /** Draws a standard normal number; every second one is the twin of the one before. */
    public synchronized double nextNormal() {
        if (cachedNormal.isPresent()) {
            double twin = cachedNormal.getAsDouble();
            cachedNormal = OptionalDouble.empty();
            return twin;
        }
        double u1 = nextDouble();
        double u2 = nextDouble();
        double radius = StrictMath.sqrt(-2 * StrictMath.log1p(-u2));
        double theta = 2 * Math.PI * u1;
        cachedNormal = OptionalDouble.of(radius * StrictMath.sin(theta));
        return radius * StrictMath.cos(theta);
    }

    /** Draws the key of a counter-based op. */
    public synchronized RandomKey nextKey() {
        long key = nextLong();
        return new RandomKey(key, nextLong());
    }

    /** Fills with uniform numbers from [0, 1). */
    public synchronized void fillUniform(float[] target) {
        for (int i = 0; i < target.length; i++) {
            target[i] = nextFloat();
        }
    }

    /**
     * Fills with standard normal numbers, as torch fills a contiguous float tensor: in blocks of 16 from 16 elements
     * on.
     */
    public synchronized void fillNormal(float[] target) {
        if (target.length < BLOCK) {
            for (int i = 0; i < target.length; i++) {
                target[i] = (float) nextNormal();
            }
            return;
        }
        fillUniform(target);
        for (int start = 0; start + BLOCK <= target.length; start += BLOCK) {
            toNormal(target, start);
        }
        if (target.length % BLOCK != 0) {
            int start = target.length - BLOCK;
            for (int i = start; i < target.length; i++) {
                target[i] = nextFloat();
            }
            toNormal(target, start);
        }
    }

    /** Box-Muller: the first eight of a block are the radii's uniforms, the last eight the angles'. */
    private static void toNormal(float[] block, int start) {
        for (int j = start; j < start + PAIRS; j++) {
            float u1 = 1 - block[j];
            float radius = (float) StrictMath.sqrt(-2 * (float) StrictMath.log(u1));
            float theta = (float) (2 * Math.PI * block[j + PAIRS]);
            block[j] = radius * (float) StrictMath.cos(theta);
            block[j + PAIRS] = radius * (float) StrictMath.sin(theta);
        }
    }

    /** Draws a random order of 0 to n - 1. */
    public synchronized long[] permutation(int n) {
        long[] order = new long[n];
        for (int i = 0; i < n; i++) {
            order[i] = i;
        }
        for (int i = 0; i < n - 1; i++) {
            int other = i + (int) (nextWord() % (n - i));
            long swapped = order[i];
            order[i] = order[other];
            order[other] = swapped;
        }
        return order;
    }
}
