package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.op.Philox;
import dev.lockstep.backend.op.RandomKey;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Writes the words of a {@link Philox} stream: several blocks at a time, one in each lane of vectors of 64-bit numbers
 * that hold 32-bit words. Immutable.
 */
final class PhiloxKernel {
    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
    private static final long WORD = 0xffffffffL;
    private static final long MULTIPLIER_0 = 0xD2511F53L;
    private static final long MULTIPLIER_1 = 0xCD9E8D57L;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;
    private static final int ROUNDS = 10;
    private static final int WORDS = 4;
    private static final long BLOCK_BYTES = WORDS * (long) Integer.BYTES;

    private final RandomKey key;

    PhiloxKernel(RandomKey key) {
        this.key = key;
    }

    /** Writes words {@code [4 first, 4 (first + blocks))} of the stream as ints. */
    void run(long first, long blocks, long to) {
        long whole = blocks - blocks % LONGS.length();
        for (long done = 0; done < whole; done += LONGS.length()) {
            vector(first + done, to + done * BLOCK_BYTES);
        }
        int[] words = new int[WORDS];
        for (long done = whole; done < blocks; done++) {
            Philox.fill(key, first + done, words);
            for (int i = 0; i < WORDS; i++) {
                Lanes.setInt(to + done * BLOCK_BYTES + i * (long) Integer.BYTES, words[i]);
            }
        }
    }

    private void vector(long block, long to) {
        LongVector numbers = LongVector.broadcast(LONGS, block).addIndex(1);
        LongVector c0 = numbers.and(WORD);
        LongVector c1 = numbers.lanewise(VectorOperators.LSHR, 32);
        LongVector c2 = LongVector.broadcast(LONGS, key.stream() & WORD);
        LongVector c3 = LongVector.broadcast(LONGS, key.stream() >>> 32);
        int k0 = (int) key.seed();
        int k1 = (int) (key.seed() >>> 32);
        for (int round = 0; round < ROUNDS; round++) {
            LongVector product0 = c0.and(WORD).mul(MULTIPLIER_0);
            LongVector product1 = c2.and(WORD).mul(MULTIPLIER_1);
            c0 = product1.lanewise(VectorOperators.LSHR, 32)
                    .lanewise(VectorOperators.XOR, c1)
                    .lanewise(VectorOperators.XOR, k0 & WORD);
            c1 = product1.and(WORD);
            c2 = product0.lanewise(VectorOperators.LSHR, 32)
                    .lanewise(VectorOperators.XOR, c3)
                    .lanewise(VectorOperators.XOR, k1 & WORD);
            c3 = product0.and(WORD);
            k0 += WEYL_0;
            k1 += WEYL_1;
        }
        interleave(c0.or(c1.lanewise(VectorOperators.LSHL, 32)), c2.or(c3.lanewise(VectorOperators.LSHL, 32)), to);
    }

    /** Writes a block's first and second pair of words side by side. */
    private static void interleave(LongVector firsts, LongVector seconds, long to) {
        long pairs = Scratch.current().stage(0);
        Lanes.store(firsts, pairs);
        Lanes.store(seconds, pairs + Lanes.BYTES);
        for (long i = 0; i < Lanes.BYTES; i += Long.BYTES) {
            Lanes.setLong(to + 2 * i, Lanes.getLong(pairs + i));
            Lanes.setLong(to + 2 * i + Long.BYTES, Lanes.getLong(pairs + Lanes.BYTES + i));
        }
    }
}
