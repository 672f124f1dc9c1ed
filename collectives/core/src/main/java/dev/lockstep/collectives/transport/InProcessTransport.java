package dev.lockstep.collectives.transport;

import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.collectives.GroupAbortedException;
import dev.lockstep.collectives.PeerLostException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Connects ranks that are threads of one process. A send copies into the receiver's memory before it returns. */
public final class InProcessTransport implements Transport {
    private final List<InProcessTransport> all;
    private final int rank;
    private final long generation;
    private final Mailbox mailbox;
    private final AtomicReference<@Nullable CollectiveException> ended = new AtomicReference<>();

    private InProcessTransport(List<InProcessTransport> all, int rank, int size, long generation) {
        this.all = all;
        this.rank = rank;
        this.generation = generation;
        this.mailbox = new Mailbox(size, Long.MAX_VALUE, _ -> {});
    }

    /** Makes the connected transports of {@code size} ranks. */
    public static List<Transport> connect(int size, long generation) {
        List<InProcessTransport> all = new ArrayList<>();
        for (int rank = 0; rank < size; rank++) {
            all.add(new InProcessTransport(all, rank, size, generation));
        }
        return List.copyOf(all);
    }

    @Override
    public int rank() {
        return rank;
    }

    @Override
    public int size() {
        return all.size();
    }

    @Override
    public long generation() {
        return generation;
    }

    @Override
    public String address(int peer) {
        return "thread " + peer;
    }

    @Override
    public PendingWork send(int peer, Envelope envelope, MemorySegment data) {
        PendingWork work = new PendingWork("a message to rank " + peer);
        CollectiveException reason = failure(peer);
        if (reason != null) {
            work.fail(reason);
            return work;
        }
        Arrival arrival = all.get(peer).mailbox.begin(rank, envelope, data.byteSize());
        arrival.write(0, data);
        arrival.finish();
        work.complete();
        return work;
    }

    private @Nullable CollectiveException failure(int peer) {
        CollectiveException mine = ended.get();
        if (mine != null) {
            return mine;
        }
        CollectiveException theirs = all.get(peer).ended.get();
        return theirs == null ? null : farewell(peer, theirs);
    }

    private PeerLostException farewell(int peer, CollectiveException reason) {
        return PeerLostException.passedOn(peer, address(peer), reason);
    }

    @Override
    public PendingWork receive(int peer, Envelope envelope, LongFunction<MemorySegment> target) {
        return mailbox.receive(peer, envelope, target);
    }

    @Override
    public boolean abort(CollectiveException reason) {
        if (ended.compareAndSet(null, reason)) {
            mailbox.close(reason);
            for (InProcessTransport peer : all) {
                peer.mailbox.lose(rank, peer.farewell(rank, reason));
            }
        }
        return true;
    }

    @Override
    public void close() {
        abort(new GroupAbortedException("rank " + rank + " closed generation " + generation));
    }
}
