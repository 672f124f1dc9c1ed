package dev.lockstep.collectives.algorithm;

import dev.lockstep.collectives.ReduceOp;
import dev.lockstep.collectives.transport.PendingWork;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Reduces a bucket in the canonical tree, by messages: in one round, in which everyone adds up everything, or in two,
 * in which segments are divided among the ranks. Confined to one thread.
 */
final class TreeReduce {
    private static final int PHASE_PARTIAL = 0;

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
        BucketFold fold = fold();
        List<PendingWork> arrivals = new ArrayList<>();
        for (int node = 0; node < partials.size(); node++) {
            fold.source(shape.source(exchange.rank(), node), partials.get(node));
        }
        for (int peer : exchange.peers()) {
            for (int node = 0; node < shape.nodes(peer); node++) {
                MemorySegment room = exchange.scratch(out.byteSize());
                fold.source(shape.source(peer, node), room);
                arrivals.add(exchange.receive(peer, PHASE_PARTIAL, node, room));
            }
        }
        for (int peer : exchange.peers()) {
            for (int node = 0; node < partials.size(); node++) {
                exchange.send(peer, PHASE_PARTIAL, node, partials.get(node));
            }
        }
        exchange.await(arrivals);
        fold.into(out, 0);
    }

    /** Leaves the whole reduced bucket in {@code out} of the root, by way of all ranks' segments. */
    void reduce(List<MemorySegment> partials, MemorySegment out, int root) {
        int rank = exchange.rank();
        MemorySegment mine = rank == root ? slice(out, root) : exchange.scratch(segments.count(rank) * elementBytes);
        run(partials, new PipelinedReduce.Delivery(mine, out, peer -> peer == root));
    }

    /** Leaves the whole reduced bucket in {@code out}. */
    void allReduce(List<MemorySegment> partials, MemorySegment out) {
        run(partials, new PipelinedReduce.Delivery(slice(out, exchange.rank()), out, _ -> true));
    }

    /** Leaves this rank's reduced segment in {@code mine}. */
    void reduce(List<MemorySegment> partials, MemorySegment mine) {
        run(partials, new PipelinedReduce.Delivery(mine, MemorySegment.NULL, _ -> false));
    }

    private void run(List<MemorySegment> partials, PipelinedReduce.Delivery delivery) {
        new PipelinedReduce(exchange, shape, segments, fold(), delivery).run(partials);
    }

    private MemorySegment slice(MemorySegment bucket, int owner) {
        return bucket.asSlice(segments.from(owner) * elementBytes, segments.count(owner) * elementBytes);
    }

    private BucketFold fold() {
        return new BucketFold(shape, new Combiner(shape.dtype(), op, exchange.kernel()), exchange.scratch());
    }
}
