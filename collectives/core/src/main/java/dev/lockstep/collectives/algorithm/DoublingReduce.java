package dev.lockstep.collectives.algorithm;

import dev.lockstep.collectives.transport.PendingWork;
import java.lang.foreign.MemorySegment;

/**
 * An all-reduce by recursive doubling: in round k a rank exchanges all it has with the rank 2^k away, and both add, the
 * lower rank's to the left. Ranks beyond the largest power of two give theirs to a rank below it first, and get the
 * result from it. Confined to one thread.
 */
final class DoublingReduce {
    private static final int PHASE_FOLD = 0;
    private static final int PHASE_DOUBLE = 1;
    private static final int PHASE_UNFOLD = 2;

    private final Exchange exchange;
    private final Combiner combiner;
    private final int half;
    private final int extra;

    DoublingReduce(Exchange exchange) {
        this.exchange = exchange;
        this.combiner = exchange.combiner();
        this.half = Integer.highestOneBit(exchange.size());
        this.extra = exchange.size() - half;
    }

    /**
     * {@return whether doubling adds in the canonical tree: with a power of two of ranks, and no 16-bit floats, which
     * the tree rounds once only}
     */
    static boolean isTree(Exchange exchange) {
        return Integer.bitCount(exchange.size()) == 1
                && !Halves.is(exchange.signature().dtype());
    }

    void allReduce(MemorySegment in, MemorySegment out) {
        int rank = exchange.rank();
        if (rank >= half) {
            exchange.send(rank - half, PHASE_FOLD, 0, in);
            exchange.await(exchange.receive(rank - half, PHASE_UNFOLD, 0, out));
            return;
        }
        exchangeAll(fold(in), out);
        combiner.finish(out, exchange.size());
        if (rank < extra) {
            exchange.send(rank + half, PHASE_UNFOLD, 0, out);
        }
    }

    /** {@return this rank's own, together with that of the rank which stands outside the power of two} */
    private MemorySegment fold(MemorySegment in) {
        if (exchange.rank() >= extra) {
            return in;
        }
        MemorySegment theirs = exchange.scratch(in.byteSize());
        exchange.await(exchange.receive(exchange.rank() + half, PHASE_FOLD, 0, theirs));
        combiner.combine(in, theirs, theirs);
        return theirs;
    }

    private void exchangeAll(MemorySegment mine, MemorySegment out) {
        MemorySegment sum = mine;
        for (int bit = 1; bit < half; bit <<= 1) {
            int peer = exchange.rank() ^ bit;
            MemorySegment theirs = exchange.scratch(sum.byteSize());
            PendingWork arrival = exchange.receive(peer, PHASE_DOUBLE, bit, theirs);
            exchange.send(peer, PHASE_DOUBLE, bit, sum);
            exchange.await(arrival);
            // Into the memory of what came: the own sum may still be on its way.
            boolean lower = exchange.rank() < peer;
            combiner.combine(lower ? sum : theirs, lower ? theirs : sum, theirs);
            sum = theirs;
        }
        out.copyFrom(sum);
    }
}
