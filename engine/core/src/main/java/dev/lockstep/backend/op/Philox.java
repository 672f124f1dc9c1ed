package dev.lockstep.backend.op;

/**
 * Generates the words of a {@link RandomKey}'s stream: Philox 4x32 with 10 rounds (Salmon, Moraes, Dror, Shaw: Parallel
 * random numbers: as easy as 1, 2, 3; SC 2011). The seed's low and high half are the key's words 0 and 1; the counter's
 * words are the block number's low and high half, then the stream's. A cursor over one stream; confined to the thread
 * that uses it.
 */
public final class Philox {
    private static final int MULTIPLIER_0 = 0xD2511F53;
    private static final int MULTIPLIER_1 = 0xCD9E8D57;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;
    private static final int ROUNDS = 10;
    private static final float TO_UNIT = 0x1p-24f;
    private static final float TWO_PI = 6.2831855f;

    private final RandomKey key;
    private final int[] words = new int[4];
    private long block = -1;

    /** Makes a cursor over a key's stream. */
    public Philox(RandomKey key) {
        this.key = key;
    }

    /** {@return word {@code i % 4} of block {@code i / 4}} */
    public int word(long i) {
        long wanted = i >>> 2;
        if (wanted != block) {
            fill(key, wanted, words);
            block = wanted;
        }
        return words[(int) (i & 3)];
    }

    /** Computes one block of four words. */
    public static void fill(RandomKey key, long block, int[] out) {
        int c0 = (int) block;
        int c1 = (int) (block >>> 32);
        int c2 = (int) key.stream();
        int c3 = (int) (key.stream() >>> 32);
        int k0 = (int) key.seed();
        int k1 = (int) (key.seed() >>> 32);
        for (int round = 0; round < ROUNDS; round++) {
            long product0 = (MULTIPLIER_0 & 0xffffffffL) * (c0 & 0xffffffffL);
            long product1 = (MULTIPLIER_1 & 0xffffffffL) * (c2 & 0xffffffffL);
            c0 = (int) (product1 >>> 32) ^ c1 ^ k0;
            c1 = (int) product1;
            c2 = (int) (product0 >>> 32) ^ c3 ^ k1;
            c3 = (int) product0;
            k0 += WEYL_0;
            k1 += WEYL_1;
        }
        out[0] = c0;
        out[1] = c1;
        out[2] = c2;
        out[3] = c3;
    }

    /** {@return element i of the uniform stream, in [0, 1): {@code (word >>> 8) / 2^24}, exact in f32} */
    public float uniform(long i) {
        return toUnit(word(i));
    }

    /** {@return a word as a number in [0, 1)} */
    public static float toUnit(int word) {
        return (word >>> 8) * TO_UNIT;
    }

    /** {@return the least {@code word >>> 8} that dropout with probability {@code p} keeps: it drops those below} */
    public static int dropThreshold(double p) {
        return (int) Math.ceil(p * 0x1p24);
    }

    /**
     * {@return element i of the normal stream in f32} Elements 2j and 2j + 1 are {@code r cos a} and {@code r sin a}
     * with {@code r = sqrt(-2 log(u + 2^-24))}, {@code a = 2 pi v}, where u and v are the uniforms 2j and 2j + 1.
     */
    public float normal(long i) {
        float u = toUnit(word(i & ~1L)) + TO_UNIT; // in (0, 1], exact
        float angle = TWO_PI * toUnit(word(i | 1L));
        float radius = (float) Math.sqrt(-2f * ScalarMath.log(u));
        return radius * ((i & 1) == 0 ? ScalarMath.cos(angle) : ScalarMath.sin(angle));
    }

    /** {@return element i of the normal stream in f64, from the same uniforms} */
    public double normalDouble(long i) {
        double u = toUnit(word(i & ~1L)) + TO_UNIT;
        double angle = 2 * StrictMath.PI * toUnit(word(i | 1L));
        double radius = StrictMath.sqrt(-2 * StrictMath.log(u));
        return radius * ((i & 1) == 0 ? StrictMath.cos(angle) : StrictMath.sin(angle));
    }
}
