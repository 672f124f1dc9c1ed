package dev.lockstep.collectives;

import dev.lockstep.collectives.algorithm.Blocks;
import dev.lockstep.collectives.algorithm.CostModel;
import dev.lockstep.collectives.transport.Envelope;
import dev.lockstep.collectives.transport.Hosts;
import dev.lockstep.collectives.transport.Signature;
import dev.lockstep.collectives.transport.Signature.Kind;
import dev.lockstep.collectives.transport.SubTransport;
import dev.lockstep.collectives.transport.Tag;
import dev.lockstep.collectives.transport.Transport;
import dev.lockstep.collectives.transport.Windows;
import dev.lockstep.layout.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** A process group whose algorithms run above a transport. */
public final class TransportProcessGroup implements ProcessGroup {
    /** The message space of collectives that go as messages although their ranks share memory. */
    private static final long MESSAGES_BESIDE_WINDOW = -1;

    /** The message space of the machines' leaders. */
    private static final long LEADERS = -2;

    private static final long PAGE_BYTES = 4096;
    private static final Signature BARRIER = Signature.ofBytes(Kind.BARRIER, 0, 0);

    private final Transport transport;
    private final GroupOptions options;
    private final SharedFate fate;
    private final MessageRunner messages;
    private final List<MessageRunner> choosing = new ArrayList<>();
    private final CollectiveRunner runner;
    private final SubGroups subGroups;
    private volatile Signature lastCall = new Signature(Kind.ALL_REDUCE, DType.F32, ReduceOp.SUM, 1, 0);
    private final TagCounts sent = new TagCounts();
    private final TagCounts received = new TagCounts();

    /** Makes a group; the transport belongs to it from now on. */
    public TransportProcessGroup(Transport transport, GroupOptions options) {
        this.transport = transport;
        this.options = options;
        this.fate = new SharedFate(transport);
        this.messages = byMessages(forMessages(transport));
        this.runner = runner();
        this.subGroups = new SubGroups(this, transport);
        if (runner instanceof HostRunner) {
            fate.add(runner);
        }
    }

    /** Makes a group that is part of another. */
    private TransportProcessGroup(TransportProcessGroup whole, SubGroups.Part part) {
        this.options = whole.options;
        this.fate = whole.fate;
        this.messages = byMessages(part.transport());
        chooseBy(whole.messages.costs());
        this.transport = PartWindows.of(whole.transport, part.ranks(), timeout())
                .flatMap(windows ->
                        windows.share(part.transport().group(), part.transport().rank(), messages))
                .map(part.transport()::sharing)
                .orElse(part.transport());
        this.runner = runner();
        this.subGroups = new SubGroups(this, transport);
    }

    private static Transport forMessages(Transport transport) {
        return transport.windows().isEmpty()
                ? transport
                : SubTransport.of(
                        transport, IntStream.range(0, transport.size()).boxed().toList(), MESSAGES_BESIDE_WINDOW);
    }

    private MessageRunner byMessages(Transport over) {
        MessageRunner made = new MessageRunner(over, options, fate);
        fate.add(made);
        choosing.add(made);
        return made;
    }

    private CollectiveRunner runner() {
        Optional<Windows> windows = transport.windows();
        if (windows.isPresent()) {
            return byWindow(transport, windows.get());
        }
        return transport.hosts().filter(Hosts::isContiguous).map(this::byHosts).orElse(messages);
    }

    private WindowRunner byWindow(Transport near, Windows windows) {
        WindowRunner made = new WindowRunner(near, windows, options, fate);
        fate.add(made);
        return made;
    }

    private CollectiveRunner byHosts(Hosts hosts) {
        Transport near = hosts.local();
        List<Integer> names = hosts.ranks().get(hosts.here());
        CollectiveRunner local = near.windows()
                .<CollectiveRunner>map(windows -> byWindow(near, windows.named(names)))
                .orElseGet(() -> byMessages(near));
        Optional<MessageRunner> leaders = near.rank() == 0
                ? Optional.of(byMessages(SubTransport.of(transport, hosts.leaders(), LEADERS)))
                : Optional.empty();
        return new HostRunner(messages, hosts, new HostRunner.Stages(local, leaders), fate);
    }

    @Override
    public boolean sharesMemory() {
        return transport.windows().isPresent();
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
    public Work allReduce(MemorySegment in, MemorySegment out, DType dtype, ReduceOp op, Algorithm algorithm) {
        Checks.reducible(dtype, op);
        Checks.data("all_reduce in", in, dtype);
        Checks.length("all_reduce out", out, in.byteSize());
        Checks.data("all_reduce out", out, dtype);
        Checks.apart("all_reduce", in, out);
        long elements = in.byteSize() / dtype.sizeBytes();
        Signature call = callOf(dtype, op, elements, algorithm);
        boolean named = algorithm == Algorithm.RING || algorithm == Algorithm.DOUBLING;
        return (named ? messages : runner).allReduce(call, algorithm, in, out);
    }

    /** {@return the signature of an all-reduce: that of the last one, if it was the same call} */
    private Signature callOf(DType dtype, ReduceOp op, long elements, Algorithm algorithm) {
        Signature last = lastCall;
        int detail = algorithm.ordinal();
        if (last.dtype() == dtype && last.op() == op && last.elements() == elements && last.detail() == detail) {
            return last;
        }
        Signature call = new Signature(Kind.ALL_REDUCE, dtype, op, elements, detail);
        lastCall = call;
        return call;
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
    public Work reduce(MemorySegment in, MemorySegment out, DType dtype, ReduceOp op, int root) {
        Checks.reducible(dtype, op);
        Checks.data("reduce in", in, dtype);
        Checks.rank("reduce root", root, size());
        if (rank() == root) {
            Checks.data("reduce out", out, dtype);
            Checks.length("reduce out", out, in.byteSize());
            Checks.apart("reduce", in, out);
        }
        Signature call = new Signature(Kind.REDUCE, dtype, op, in.byteSize() / dtype.sizeBytes(), root);
        return runner.reduce(call, in, out, root);
    }

    @Override
    public GatherWork allGather(MemorySegment mine) {
        Checks.nativeMemory("all_gather", mine);
        return runner.allGather(Signature.ofBytes(Kind.ALL_GATHER, -1, 0), mine);
    }

    @Override
    public Work allGather(MemorySegment mine, MemorySegment out) {
        Checks.nativeMemory("all_gather", mine);
        Checks.blocks("all_gather out", out, mine, size());
        return runner.allGather(Signature.ofBytes(Kind.ALL_GATHER, mine.byteSize(), 0), mine, out);
    }

    @Override
    public Work broadcast(MemorySegment data, int root) {
        Checks.nativeMemory("broadcast", data);
        Checks.rank("broadcast root", root, size());
        Signature call = Signature.ofBytes(Kind.BROADCAST, data.byteSize(), root);
        return runner.broadcast(call, data, root);
    }

    @Override
    public Work gather(MemorySegment mine, MemorySegment out, int root) {
        Checks.nativeMemory("gather", mine);
        Checks.rank("gather root", root, size());
        Signature call = Signature.ofBytes(Kind.GATHER, mine.byteSize(), root);
        if (rank() != root) {
            return runner.exchange(call, Blocks.to(root, mine, size()), true);
        }
        Checks.blocks("gather out", out, mine, size());
        return runner.exchange(call, Blocks.toMe(root, mine, Blocks.divide(out, size())), true);
    }

    @Override
    public Work scatter(MemorySegment in, MemorySegment mine, int root) {
        Checks.nativeMemory("scatter", mine);
        Checks.rank("scatter root", root, size());
        Signature call = Signature.ofBytes(Kind.SCATTER, mine.byteSize(), root);
        if (rank() != root) {
            return runner.exchange(call, Blocks.from(root, mine, size()), false);
        }
        Checks.blocks("scatter in", in, mine, size());
        return runner.exchange(call, Blocks.fromMe(root, Blocks.divide(in, size()), mine), false);
    }

    @Override
    public Work allToAll(MemorySegment in, MemorySegment out) {
        Checks.nativeMemory("all_to_all in", in);
        Checks.nativeMemory("all_to_all out", out);
        Checks.length("all_to_all out", out, in.byteSize());
        Checks.divisible("all_to_all in", in, size());
        Checks.apart("all_to_all", in, out);
        Signature call = Signature.ofBytes(Kind.ALL_TO_ALL, in.byteSize(), 0);
        return runner.exchange(call, Blocks.between(Blocks.divide(in, size()), Blocks.divide(out, size())), false);
    }

    @Override
    public Work allToAll(List<MemorySegment> in, List<MemorySegment> out) {
        Checks.lists("all_to_all", in, out, this);
        return runner.exchange(Signature.ofBytes(Kind.ALL_TO_ALL, -1, 0), Blocks.between(in, out), false);
    }

    @Override
    public Work barrier() {
        return runner.barrier(BARRIER);
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
    public Optional<ProcessGroup> newGroup(List<Integer> ranks) {
        return subGroups.of(List.copyOf(ranks)).map(this::part);
    }

    @Override
    public Optional<ProcessGroup> split(int color, int key) {
        return subGroups.split(color, key).map(this::part);
    }

    private ProcessGroup part(SubGroups.Part part) {
        return new TransportProcessGroup(this, part);
    }

    @Override
    public void chooseBy(CostModel costs) {
        choosing.forEach(runner -> runner.chooseBy(costs));
    }

    @Override
    public MemorySegment allocate(long sizeBytes) {
        return transport
                .windows()
                .map(windows -> windows.rooms().allocate(sizeBytes))
                .orElseGet(() -> Arena.ofAuto().allocate(sizeBytes, PAGE_BYTES));
    }

    @Override
    public long bytesSent() {
        return runner == messages ? runner.bytesSent() : runner.bytesSent() + messages.bytesSent();
    }

    @Override
    public boolean abort(CollectiveException reason) {
        return fate.abort(reason);
    }

    @Override
    public void close() {
        if (fate.reason() != null) {
            return;
        }
        CollectiveException reason = new GroupAbortedException("rank " + rank() + " closed generation " + generation());
        boolean isPart = transport instanceof SubTransport;
        if (!isPart || !runner.isIdle() || !messages.isIdle()) {
            abort(reason);
        } else if (runner.fail(reason)) {
            end(runner);
            if (runner != messages) {
                messages.fail(reason);
                end(messages);
            }
        }
    }

    private void end(CollectiveRunner ended) {
        ended.awaitQuiet();
        fate.remove(ended);
    }
}
