package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.op.Philox;
import dev.lockstep.backend.op.RandomKey;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Writes the words of a {@link Philox} stream: several blocks at a time, one in each lane of vectors of 64-bit numbers
 * that hold 32-bit words. Immutable.
 */
final class PhiloxKernel {
    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> HALF_INTS =
            VectorSpecies.of(int.class, VectorShape.forBitSize(LONGS.vectorBitSize() / 2));
    private static final long WORD = 0xffffffffL;
    private static final long MULTIPLIER_0 = 0xD2511F53L;
    private static final long MULTIPLIER_1 = 0xCD9E8D57L;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;
    private static final int ROUNDS = 10;

    /** How many words a block has. */
    static final int WORDS = 4;

    /** How many blocks {@link #columns} writes. */
    static final int COLUMNS = LONGS.length();

    private static final long BLOCK_BYTES = WORDS * (long) Integer.BYTES;

    private final RandomKey key;

    PhiloxKernel(RandomKey key) {
        this.key = key;
    }

    /** {@return a count of words rounded up to as many as vectors write at once} */
    static long wholeVectors(long words) {
        long step = (long) WORDS * LONGS.length();
        return (words + step - 1) / step * step;
    }

    /** Writes words {@code [4 first, 4 (first + blocks))} of the stream as ints. */
    void run(long first, long blocks, long to) {
        long whole = blocks - blocks % LONGS.length();
        for (long done = 0; done < whole; done += LONGS.length()) {
            vector(LongVector.broadcast(LONGS, first + done).addIndex(1), to + done * BLOCK_BYTES, 0);
        }
        int[] words = new int[WORDS];
        for (long done = whole; done < blocks; done++) {
            Philox.fill(key, first + done, words);
            for (int i = 0; i < WORDS; i++) {
                Lanes.setInt(to + done * BLOCK_BYTES + i * (long) Integer.BYTES, words[i]);
            }
        }
    }

    /**
     * Writes the words of {@link #COLUMNS} blocks, {@code step} apart, as columns: the first words in a row, and the
     * others in rows that follow {@code rowBytes} apart.
     */
    void columns(long first, int step, long to, long rowBytes) {
        vector(LongVector.broadcast(LONGS, first).addIndex(step), to, rowBytes);
    }

    /** Writes the words of a block in each lane: one block after the other, or as columns where rows have a length. */
    private void vector(LongVector numbers, long to, long rowBytes) {
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
        if (rowBytes != 0) {
            row(c0, to);
            row(c1, to + rowBytes);
            row(c2, to + 2 * rowBytes);
            row(c3, to + 3 * rowBytes);
            return;
        }
        interleave(c0.or(c1.lanewise(VectorOperators.LSHL, 32)), c2.or(c3.lanewise(VectorOperators.LSHL, 32)), to);
    }

    private static void row(LongVector words, long to) {
        Lanes.storeHalf((IntVector) words.convertShape(VectorOperators.L2I, HALF_INTS, 0), to);
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
