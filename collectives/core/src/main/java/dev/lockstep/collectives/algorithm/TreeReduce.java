package dev.lockstep.collectives.algorithm;

import dev.lockstep.collectives.ReduceOp;
import dev.lockstep.collectives.transport.PendingWork;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Reduces a bucket whose segments are divided among the ranks: everyone sends its nodes' slices of a segment to the
 * segment's owner, who adds them in tree order. Confined to one thread.
 */
final class TreeReduce {
    private static final int PHASE_PARTIAL = 0;
    private static final int PHASE_FINAL = 1;

    private final Exchange exchange;
    private final SumShape shape;
    private final ReduceOp op;
    private final Segments segments;
    private final int elementBytes;

    TreeReduce(Exchange exchange, SumShape shape, ReduceOp op, Segments segments) {
        this.exchange = exchange;
        this.shape = shape;
        this.op = op;
        this.segments = segments;
        this.elementBytes = shape.elementBytes();
    }

    /** {@return the largest number of nodes that a rank brings, at least 1} */
    int nodesMax() {
        return shape.nodesMax();
    }

    /** Leaves the whole reduced bucket in {@code out}, in one round: everyone adds up everything. */
    void allReduceDirectly(List<MemorySegment> partials, MemorySegment out) {
        List<MemorySegment> sources = new ArrayList<>();
        List<PendingWork> arrivals = new ArrayList<>();
        for (int peer = 0; peer < exchange.size(); peer++) {
            if (peer == exchange.rank()) {
                sources.addAll(partials);
            } else {
                gather(peer, out.byteSize(), sources, arrivals);
            }
        }
        for (int peer = 0; peer < exchange.size(); peer++) {
            for (int node = 0; peer != exchange.rank() && node < partials.size(); node++) {
                exchange.send(peer, PHASE_PARTIAL, node, partials.get(node));
            }
        }
        exchange.await(arrivals);
        fold(sources, out, 0);
    }

    /** Leaves the whole reduced bucket in {@code out} of the root, by way of all ranks' segments. */
    void reduce(List<MemorySegment> partials, MemorySegment out, int root) {
        boolean isRoot = exchange.rank() == root;
        List<PendingWork> finals = new ArrayList<>();
        for (int peer = 0; isRoot && peer < exchange.size(); peer++) {
            if (peer != root && segments.count(peer) > 0) {
                finals.add(exchange.receive(peer, PHASE_FINAL, 0, slice(out, peer)));
            }
        }
        long sizeBytes = segments.count(exchange.rank()) * elementBytes;
        MemorySegment mine = isRoot ? slice(out, root) : exchange.scratch(sizeBytes);
        reduce(partials, mine);
        if (!isRoot && sizeBytes > 0) {
            exchange.send(root, PHASE_FINAL, 0, mine);
        }
        exchange.await(finals);
    }

    /** Leaves the whole reduced bucket in {@code out}. */
    void allReduce(List<MemorySegment> partials, MemorySegment out) {
        List<PendingWork> finals = new ArrayList<>();
        for (int peer = 0; peer < exchange.size(); peer++) {
            if (peer != exchange.rank() && segments.count(peer) > 0) {
                finals.add(exchange.receive(peer, PHASE_FINAL, 0, slice(out, peer)));
            }
        }
        MemorySegment mine = slice(out, exchange.rank());
        reduce(partials, mine);
        for (int peer = 0; peer < exchange.size(); peer++) {
            if (peer != exchange.rank() && mine.byteSize() > 0) {
                exchange.send(peer, PHASE_FINAL, 0, mine);
            }
        }
        exchange.await(finals);
    }

    /** Leaves this rank's reduced segment in {@code mine}. */
    void reduce(List<MemorySegment> partials, MemorySegment mine) {
        List<MemorySegment> sources = new ArrayList<>();
        List<PendingWork> arrivals = new ArrayList<>();
        if (mine.byteSize() > 0) {
            gather(partials, sources, arrivals);
        }
        for (int peer = 0; peer < exchange.size(); peer++) {
            if (peer != exchange.rank() && segments.count(peer) > 0) {
                scatter(partials, peer);
            }
        }
        exchange.await(arrivals);
        if (mine.byteSize() > 0) {
            fold(sources, mine, segments.from(exchange.rank()));
        }
    }

    private void gather(List<MemorySegment> partials, List<MemorySegment> sources, List<PendingWork> arrivals) {
        int rank = exchange.rank();
        for (int peer = 0; peer < exchange.size(); peer++) {
            if (peer == rank) {
                partials.forEach(partial -> sources.add(slice(partial, rank)));
            } else {
                gather(peer, segments.count(rank) * elementBytes, sources, arrivals);
            }
        }
    }

    private void gather(int peer, long sizeBytes, List<MemorySegment> sources, List<PendingWork> arrivals) {
        for (int node = 0; node < shape.nodes(peer); node++) {
            MemorySegment room = exchange.scratch(sizeBytes);
            sources.add(room);
            arrivals.add(exchange.receive(peer, PHASE_PARTIAL, node, room));
        }
    }

    private void scatter(List<MemorySegment> partials, int peer) {
        for (int node = 0; node < partials.size(); node++) {
            exchange.send(peer, PHASE_PARTIAL, node, slice(partials.get(node), peer));
        }
    }

    private MemorySegment slice(MemorySegment bucket, int owner) {
        return bucket.asSlice(segments.from(owner) * elementBytes, segments.count(owner) * elementBytes);
    }

    private void fold(List<MemorySegment> sources, MemorySegment target, long from) {
        Combiner combiner = new Combiner(shape.dtype(), op, exchange.kernel());
        BucketFold fold = new BucketFold(shape, combiner, exchange.scratch());
        for (int node = 0; node < sources.size(); node++) {
            fold.source(node, sources.get(node));
        }
        fold.into(target, from);
    }
}
