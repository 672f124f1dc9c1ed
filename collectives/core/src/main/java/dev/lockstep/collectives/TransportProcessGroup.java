package dev.lockstep.collectives;

import dev.lockstep.collectives.transport.Envelope;
import dev.lockstep.collectives.transport.Signature;
import dev.lockstep.collectives.transport.Signature.Kind;
import dev.lockstep.collectives.transport.Tag;
import dev.lockstep.collectives.transport.Transport;
import dev.lockstep.layout.DType;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;

/** A process group whose algorithms run above a transport. */
public final class TransportProcessGroup implements ProcessGroup {
    private final Transport transport;
    private final GroupOptions options;
    private final CollectiveRunner runner;
    private final TagCounts sent = new TagCounts();
    private final TagCounts received = new TagCounts();

    /** Makes a group; the transport belongs to it from now on. */
    public TransportProcessGroup(Transport transport, GroupOptions options) {
        this.transport = transport;
        this.options = options;
        this.runner = transport
                .windows()
                .<CollectiveRunner>map(windows -> new WindowRunner(transport, windows, options))
                .orElseGet(() -> new MessageRunner(transport, options));
    }

    @Override
    public int rank() {
        return transport.rank();
    }

    @Override
    public int size() {
        return transport.size();
    }

    @Override
    public long generation() {
        return transport.generation();
    }

    @Override
    public Duration timeout() {
        return options.timeout();
    }

    @Override
    public Work allReduce(MemorySegment in, MemorySegment out, DType dtype, ReduceOp op) {
        Checks.reducible(dtype, op);
        Checks.data("all_reduce in", in, dtype);
        Checks.length("all_reduce out", out, in.byteSize());
        Checks.apart("all_reduce", in, out);
        Signature call = new Signature(Kind.ALL_REDUCE, dtype, op, in.byteSize() / dtype.sizeBytes(), 0);
        return runner.allReduce(call, in, out);
    }

    @Override
    public Work allReduce(TreeSum tree, List<MemorySegment> partials, MemorySegment out, int bucket) {
        List<MemorySegment> mine = List.copyOf(partials);
        long sizeBytes = tree.elements() * tree.dtype().sizeBytes();
        Checks.tree(tree, size(), rank(), mine.size());
        Checks.data("tree all_reduce out", out, tree.dtype());
        Checks.length("tree all_reduce out", out, sizeBytes);
        for (MemorySegment partial : mine) {
            Checks.data("tree all_reduce partial", partial, tree.dtype());
            Checks.length("tree all_reduce partial", partial, sizeBytes);
            Checks.apart("tree all_reduce", partial, out);
        }
        Signature call = new Signature(Kind.TREE_ALL_REDUCE, tree.dtype(), ReduceOp.SUM, tree.elements(), bucket);
        return runner.allReduce(call, tree, mine, out);
    }

    @Override
    public Work reduceScatter(MemorySegment in, MemorySegment out, DType dtype, ReduceOp op) {
        Checks.reducible(dtype, op);
        Checks.data("reduce_scatter in", in, dtype);
        Checks.data("reduce_scatter out", out, dtype);
        Checks.length("reduce_scatter in", in, out.byteSize() * size());
        Checks.apart("reduce_scatter", in, out);
        Signature call = new Signature(Kind.REDUCE_SCATTER, dtype, op, in.byteSize() / dtype.sizeBytes(), 0);
        return runner.reduceScatter(call, in, out);
    }

    @Override
    public GatherWork allGather(MemorySegment mine) {
        Checks.nativeMemory("all_gather", mine);
        return runner.allGather(Signature.ofBytes(Kind.ALL_GATHER, -1, 0), mine);
    }

    @Override
    public Work broadcast(MemorySegment data, int root) {
        Checks.nativeMemory("broadcast", data);
        Checks.rank("broadcast root", root, size());
        Signature call = Signature.ofBytes(Kind.BROADCAST, data.byteSize(), root);
        return runner.broadcast(call, data, root);
    }

    @Override
    public Work barrier() {
        return runner.barrier(Signature.ofBytes(Kind.BARRIER, 0, 0));
    }

    @Override
    public Work send(MemorySegment data, int peer, int tag) {
        Checks.nativeMemory("send", data);
        Checks.peer("send", peer, this);
        return transport.send(peer, envelope(sent.next(peer, tag), tag, data), data);
    }

    @Override
    public Work receive(MemorySegment data, int peer, int tag) {
        Checks.nativeMemory("receive", data);
        Checks.peer("receive", peer, this);
        return transport.receive(peer, envelope(received.next(peer, tag), tag, data), _ -> data);
    }

    /**
     * The n-th message of a tag has a sequence number of its own below zero, so that lengths are compared pair by pair.
     */
    private static Envelope envelope(int count, int tag, MemorySegment data) {
        long ownSequence = -1 - Integer.toUnsignedLong(tag) - ((long) count << Integer.SIZE);
        return new Envelope(
                new Tag(0, ownSequence, 0, 0), Signature.ofBytes(Kind.POINT_TO_POINT, data.byteSize(), tag));
    }

    @Override
    public long bytesSent() {
        return runner.bytesSent();
    }

    @Override
    public boolean abort(CollectiveException reason) {
        runner.fail(reason);
        boolean silent = transport.abort(reason);
        if (!runner.awaitQuiet() || !silent) {
            return false;
        }
        transport.close();
        return true;
    }

    @Override
    public void close() {
        CollectiveException reason = new GroupAbortedException("rank " + rank() + " closed generation " + generation());
        if (runner.fail(reason)) {
            abort(reason);
        }
    }
}
