package dev.lockstep.collectives;

import dev.lockstep.collectives.algorithm.Blocks;
import dev.lockstep.collectives.algorithm.Collectives;
import dev.lockstep.collectives.algorithm.CostModel;
import dev.lockstep.collectives.algorithm.Exchange;
import dev.lockstep.collectives.transport.PendingWork;
import dev.lockstep.collectives.transport.Signature;
import dev.lockstep.collectives.transport.Transport;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** Runs collectives as messages between the ranks, on threads of its own. Thread-safe. */
final class MessageRunner implements CollectiveRunner {
    private static final long BIG_BYTES = 64 << 10;

    private final Exchange.Means means;
    private final Lanes lanes;
    private final LongAdder bytesSent = new LongAdder();
    private long sequence;
    private CostModel costs = CostModel.ASSUMED;

    /**
     * Makes a runner.
     *
     * @param fate hears of the first failure before any work fails
     */
    MessageRunner(Transport transport, GroupOptions options, SharedFate fate) {
        this.means = new Exchange.Means(transport, options);
        String name = "collectives-" + transport.generation() + "." + transport.rank();
        this.lanes = new Lanes(name, options.lanes(), options.timeout(), fate);
    }

    /** Lets the collectives that are called from now on choose by these costs; the same on every rank. */
    synchronized void chooseBy(CostModel measured) {
        costs = measured;
    }

    synchronized CostModel costs() {
        return costs;
    }

    private synchronized PendingWork submit(Signature call, Consumer<Exchange> collective) {
        Exchange exchange = new Exchange(means, costs, sequence++, call);
        return lanes.submit(exchange, isBig(call), () -> {
            collective.accept(exchange);
            exchange.finish();
            bytesSent.add(exchange.bytesSent());
        });
    }

    private static boolean isBig(Signature call) {
        return call.elements() * call.dtype().sizeBytes() >= BIG_BYTES;
    }

    @Override
    public Work allReduce(Signature call, Algorithm algorithm, MemorySegment in, MemorySegment out) {
        return submit(call, exchange -> Collectives.allReduce(exchange, algorithm, in, out));
    }

    @Override
    public Work allReduce(Signature call, TreeSum tree, List<MemorySegment> partials, MemorySegment out) {
        return submit(call, exchange -> Collectives.allReduce(exchange, tree, partials, out));
    }

    @Override
    public Work reduceScatter(Signature call, MemorySegment in, MemorySegment out) {
        return submit(call, exchange -> Collectives.reduceScatter(exchange, in, out));
    }

    @Override
    public Work reduce(Signature call, MemorySegment in, MemorySegment out, int root) {
        return submit(call, exchange -> Collectives.reduce(exchange, in, out, root));
    }

    @Override
    public Work allGather(Signature call, MemorySegment mine, MemorySegment out) {
        return submit(call, exchange -> Collectives.allGather(exchange, mine, out));
    }

    @Override
    public Work exchange(Signature call, Blocks blocks, boolean toOne) {
        return submit(call, exchange -> Collectives.exchange(exchange, blocks));
    }

    @Override
    public GatherWork allGather(Signature call, MemorySegment mine) {
        AtomicReference<List<MemorySegment>> parts = new AtomicReference<>(List.of());
        PendingWork work = submit(call, exchange -> parts.set(Collectives.allGather(exchange, mine)));
        return new Gathered(work, parts::get);
    }

    @Override
    public Work broadcast(Signature call, MemorySegment data, int root) {
        return submit(call, exchange -> Collectives.broadcast(exchange, data, root));
    }

    @Override
    public Work barrier(Signature call) {
        return submit(call, exchange -> Collectives.allGather(exchange, MemorySegment.NULL));
    }

    @Override
    public boolean isIdle() {
        return lanes.isIdle();
    }

    @Override
    public long bytesSent() {
        return bytesSent.sum();
    }

    @Override
    public boolean fail(CollectiveException reason) {
        return lanes.fail(reason);
    }

    @Override
    public boolean awaitQuiet() {
        return lanes.awaitQuiet();
    }
}
