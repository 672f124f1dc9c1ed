package dev.lockstep.collectives.algorithm;

import dev.lockstep.collectives.Algorithm;
import dev.lockstep.collectives.MismatchException;
import dev.lockstep.collectives.ReduceOp;
import dev.lockstep.collectives.TreeSum;
import dev.lockstep.collectives.transport.PendingWork;
import dev.lockstep.collectives.transport.Signature;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The collectives a group runs, each from its first message to its last. They wait; see {@link Exchange}. */
public final class Collectives {
    private static final int ALIGNMENT_BYTES = 64;
    private static final long LARGEST_PART_BYTES = 1L << 30;

    /** Doubling sends each byte log2(n) times: where the bytes take their time a wrong guess would be dear. */
    private static final long DOUBLED_BYTES_MAX = 8 << 10;

    private Collectives() {}

    /** Combines a bucket over virtual ranks as the signature says; every rank gets the whole. */
    public static void allReduce(Exchange exchange, TreeSum tree, List<MemorySegment> partials, MemorySegment out) {
        ReduceOp op = exchange.signature().op();
        TreeReduce reduce = new TreeReduce(exchange, SumShape.of(tree), op, divided(exchange));
        allReduce(exchange, reduce, partials, out);
    }

    /**
     * Reduces over ranks; every rank gets the whole.
     *
     * @param algorithm how; FASTEST asks the exchange's cost model
     */
    public static void allReduce(Exchange exchange, Algorithm algorithm, MemorySegment in, MemorySegment out) {
        Algorithm chosen =
                algorithm == Algorithm.FASTEST ? exchange.costs().fastest(exchange.size(), in.byteSize()) : algorithm;
        switch (exchange.size() == 1 ? Algorithm.TREE : chosen) {
            case RING -> new RingReduce(exchange).allReduce(in, out);
            case DOUBLING -> new DoublingReduce(exchange).allReduce(in, out);
            case TREE, FASTEST -> allReduceInTree(exchange, in, out);
        }
    }

    private static void allReduceInTree(Exchange exchange, MemorySegment in, MemorySegment out) {
        boolean small = in.byteSize() <= DOUBLED_BYTES_MAX;
        boolean doubles = exchange.costs().fastest(exchange.size(), in.byteSize()) == Algorithm.DOUBLING;
        if (small && doubles && DoublingReduce.isTree(exchange)) {
            new DoublingReduce(exchange).allReduce(in, out);
        } else {
            allReduce(exchange, overRanks(exchange, divided(exchange)), List.of(in), out);
        }
    }

    /** In one round or two, which gives the same bits. Where ranks bring more nodes than one, more is sent. */
    private static void allReduce(
            Exchange exchange, TreeReduce reduce, List<MemorySegment> partials, MemorySegment out) {
        double sentBytes = (double) out.byteSize() * reduce.nodesMax();
        if (exchange.costs().isDirect(exchange.size(), sentBytes)) {
            reduce.allReduceDirectly(partials, out);
        } else {
            reduce.allReduce(partials, out);
        }
    }

    private static Segments divided(Exchange exchange) {
        Signature call = exchange.signature();
        return Segments.aligned(call.elements(), call.dtype().sizeBytes(), exchange.size());
    }

    /** Reduces over ranks; the root gets the whole, on the others {@code out} is not touched. */
    public static void reduce(Exchange exchange, MemorySegment in, MemorySegment out, int root) {
        boolean small = exchange.costs().isDirect(exchange.size(), in.byteSize());
        Segments segments =
                small ? Segments.allOf(root, exchange.signature().elements(), exchange.size()) : divided(exchange);
        overRanks(exchange, segments).reduce(List.of(in), out, root);
    }

    private static TreeReduce overRanks(Exchange exchange, Segments segments) {
        return new TreeReduce(
                exchange, exchange.overRanks(), exchange.signature().op(), segments);
    }

    /** Reduces over ranks; every rank gets its block. */
    public static void reduceScatter(Exchange exchange, MemorySegment in, MemorySegment out) {
        Segments segments = Segments.equal(exchange.signature().elements(), exchange.size());
        overRanks(exchange, segments).reduce(List.of(in), out);
    }

    /** Gives every rank's bytes to every rank, by rank. Also serves as the barrier, with no bytes. */
    public static List<MemorySegment> allGather(Exchange exchange, MemorySegment mine) {
        MemorySegment[] parts = new MemorySegment[exchange.size()];
        List<PendingWork> arrivals = new ArrayList<>();
        for (int peer : exchange.peers()) {
            arrivals.add(exchange.receive(peer, 0, 0, sizeBytes -> parts[peer] = checkedRoom(peer, sizeBytes)));
            exchange.send(peer, 0, 0, mine);
        }
        parts[exchange.rank()] = room(mine.byteSize()).copyFrom(mine);
        exchange.await(arrivals);
        return List.of(parts);
    }

    /** Gives every rank's bytes to every rank, all of one length, into one room. */
    public static void allGather(Exchange exchange, MemorySegment mine, MemorySegment out) {
        List<MemorySegment> parts = Blocks.divide(out, exchange.size());
        List<PendingWork> arrivals = new ArrayList<>();
        for (int peer : exchange.peers()) {
            arrivals.add(exchange.receive(peer, 0, 0, parts.get(peer)));
            exchange.send(peer, 0, 0, mine);
        }
        parts.get(exchange.rank()).copyFrom(mine);
        exchange.await(arrivals);
    }

    /**
     * Gives blocks from rank to rank: gather, scatter, all-to-all. Each begins with another peer, so that none is
     * beset.
     */
    public static void exchange(Exchange exchange, Blocks blocks) {
        List<PendingWork> arrivals = new ArrayList<>();
        for (int step = 0; step < exchange.size(); step++) {
            int to = (exchange.rank() + step) % exchange.size();
            int from = (exchange.rank() + exchange.size() - step) % exchange.size();
            MemorySegment sent = blocks.sent(to);
            MemorySegment received = blocks.received(from);
            if (step == 0) {
                copy(sent, received);
                continue;
            }
            if (received != null) {
                arrivals.add(exchange.receive(from, 0, 0, received));
            }
            if (sent != null) {
                exchange.send(to, 0, 0, sent);
            }
        }
        exchange.await(arrivals);
    }

    private static void copy(@Nullable MemorySegment from, @Nullable MemorySegment to) {
        if (from != null && to != null) {
            to.copyFrom(from);
        }
    }

    private static MemorySegment checkedRoom(int source, long sizeBytes) {
        if (sizeBytes > LARGEST_PART_BYTES) {
            throw new MismatchException(
                    "all_gather: rank " + source + " gives " + sizeBytes + " bytes, more than " + LARGEST_PART_BYTES);
        }
        return room(sizeBytes);
    }

    private static MemorySegment room(long sizeBytes) {
        return Arena.ofAuto().allocate(sizeBytes, ALIGNMENT_BYTES);
    }

    /** Copies the root's bytes to all. */
    public static void broadcast(Exchange exchange, MemorySegment data, int root) {
        if (exchange.rank() != root) {
            exchange.await(exchange.receive(root, 0, 0, data));
            return;
        }
        for (int peer : exchange.peers()) {
            exchange.send(peer, 0, 0, data);
        }
    }
}
