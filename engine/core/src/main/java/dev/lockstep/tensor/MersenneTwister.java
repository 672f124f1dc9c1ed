package dev.lockstep.tensor;

/**
 * The 32-bit Mersenne Twister MT19937 with its reference initialisation (Matsumoto and Nishimura, 1998, version of
 * 2002): the engine of torch's CPU generator.
 */
final class MersenneTwister {
    private static final int SIZE = 624;
    private static final int SHIFT = 397;
    private static final int MATRIX = 0x9908b0df;
    private static final int UPPER = 0x80000000;
    private static final int LOWER = 0x7fffffff;

    private final int[] state = new int[SIZE];
    private int index = SIZE;

    MersenneTwister(int seed) {
        state[0] = seed;
        for (int i = 1; i < SIZE; i++) {
            int before = state[i - 1];
            state[i] = 1812433253 * (before ^ (before >>> 30)) + i;
        }
    }

    int nextInt() {
        if (index == SIZE) {
            refill();
        }
        int y = state[index++];
        y ^= y >>> 11;
        y ^= (y << 7) & 0x9d2c5680;
        y ^= (y << 15) & 0xefc60000;
        return y ^ (y >>> 18);
    }

    private void refill() {
        for (int i = 0; i < SIZE; i++) {
            int y = (state[i] & UPPER) | (state[(i + 1) % SIZE] & LOWER);
            int twist = (y & 1) == 0 ? 0 : MATRIX;
            state[i] = state[(i + SHIFT) % SIZE] ^ (y >>> 1) ^ twist;
        }
        index = 0;
    }
}
