package dev.lockstep.collectives.algorithm;

import dev.lockstep.collectives.MismatchException;
import dev.lockstep.collectives.ReduceOp;
import dev.lockstep.collectives.TreeSum;
import dev.lockstep.collectives.transport.PendingWork;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.VirtualRanks;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The collectives a group runs, each from its first message to its last. They wait; see {@link Exchange}. */
public final class Collectives {
    private static final int ALIGNMENT_BYTES = 64;
    private static final long LARGEST_PART_BYTES = 1L << 30;

    private Collectives() {}

    /** Sums a bucket over virtual ranks; every rank gets the whole. */
    public static void allReduce(Exchange exchange, TreeSum tree, List<MemorySegment> partials, MemorySegment out) {
        Segments segments = Segments.aligned(tree.elements(), tree.dtype().sizeBytes(), exchange.size());
        new TreeReduce(exchange, tree, ReduceOp.SUM, segments).allReduce(partials, out);
    }

    /** Reduces over ranks; every rank gets the whole. */
    public static void allReduce(Exchange exchange, MemorySegment in, MemorySegment out) {
        TreeSum tree = overRanks(exchange);
        Segments segments = Segments.aligned(tree.elements(), tree.dtype().sizeBytes(), exchange.size());
        new TreeReduce(exchange, tree, exchange.signature().op(), segments).allReduce(List.of(in), out);
    }

    /** Reduces over ranks; every rank gets its block. */
    public static void reduceScatter(Exchange exchange, MemorySegment in, MemorySegment out) {
        TreeSum tree = overRanks(exchange);
        Segments segments = Segments.equal(tree.elements(), exchange.size());
        new TreeReduce(exchange, tree, exchange.signature().op(), segments).reduce(List.of(in), out);
    }

    /** {@return the tree in which each rank is one leaf} */
    private static TreeSum overRanks(Exchange exchange) {
        List<VirtualRanks> leaves = IntStream.range(0, exchange.size())
                .mapToObj(rank -> new VirtualRanks(rank, rank + 1))
                .toList();
        List<List<VirtualRanks>> nodes = leaves.stream().map(List::of).toList();
        DType dtype = exchange.signature().dtype();
        TreeSum.Run run = new TreeSum.Run(exchange.signature().elements(), leaves);
        return new TreeSum(exchange.size(), dtype, nodes, List.of(run));
    }

    /** Gives every rank's bytes to every rank, by rank. Also serves as the barrier, with no bytes. */
    public static List<MemorySegment> allGather(Exchange exchange, MemorySegment mine) {
        MemorySegment[] parts = new MemorySegment[exchange.size()];
        List<PendingWork> arrivals = new ArrayList<>();
        for (int peer = 0; peer < exchange.size(); peer++) {
            int source = peer;
            if (peer == exchange.rank()) {
                parts[peer] = room(mine.byteSize()).copyFrom(mine);
            } else {
                arrivals.add(exchange.receive(peer, 0, 0, sizeBytes -> parts[source] = checkedRoom(source, sizeBytes)));
                exchange.send(peer, 0, 0, mine);
            }
        }
        exchange.await(arrivals);
        return List.of(parts);
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
        for (int peer = 0; peer < exchange.size(); peer++) {
            if (peer != root) {
                exchange.send(peer, 0, 0, data);
            }
        }
    }
}
