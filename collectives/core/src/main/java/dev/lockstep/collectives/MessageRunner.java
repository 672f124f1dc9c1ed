package dev.lockstep.collectives;

import dev.lockstep.collectives.algorithm.Collectives;
import dev.lockstep.collectives.algorithm.Exchange;
import dev.lockstep.collectives.algorithm.Scratch;
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
    private final Transport transport;
    private final GroupOptions options;
    private final Lanes lanes;
    private final Scratch scratch = new Scratch();
    private final LongAdder bytesSent = new LongAdder();
    private long sequence;

    MessageRunner(Transport transport, GroupOptions options) {
        this.transport = transport;
        this.options = options;
        this.lanes = new Lanes(
                "collectives-" + transport.generation() + "." + transport.rank(), options.lanes(), transport::abort);
    }

    private synchronized PendingWork submit(Signature call, Consumer<Exchange> collective) {
        Exchange exchange = new Exchange(transport, options, scratch, sequence++, call);
        return lanes.submit(exchange.toString(), () -> {
            collective.accept(exchange);
            exchange.finish();
            bytesSent.add(exchange.bytesSent());
        });
    }

    @Override
    public Work allReduce(Signature call, MemorySegment in, MemorySegment out) {
        return submit(call, exchange -> Collectives.allReduce(exchange, in, out));
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
