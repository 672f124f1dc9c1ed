package dev.lockstep.collectives.netty;

import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.collectives.GroupAbortedException;
import dev.lockstep.collectives.transport.Envelope;
import dev.lockstep.collectives.transport.Farewell;
import dev.lockstep.collectives.transport.Mailbox;
import dev.lockstep.collectives.transport.MemberTransport;
import dev.lockstep.collectives.transport.PendingWork;
import dev.lockstep.collectives.transport.Signature;
import dev.lockstep.collectives.transport.Tag;
import dev.lockstep.collectives.transport.Waiter;
import dev.lockstep.collectives.wire.Frame;
import dev.lockstep.collectives.wire.FrameCodec;
import dev.lockstep.collectives.wire.Outgoing;
import dev.lockstep.collectives.wire.WireIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** The TCP connections of one worker to the others of its generation. Made by {@link TcpEndpoint#join}. */
final class TcpTransport extends MemberTransport {
    static final int CHUNK_BYTES = 256 << 10;
    private static final long STASH_BYTES_MAX = 64L << 20;
    private static final long FAREWELL_NANOS = 200_000_000;
    private static final long FAREWELL_PAUSE_NANOS = 50_000;
    private static final long QUIET_MILLIS = 5_000;
    private static final Envelope NO_MESSAGE =
            new Envelope(new Tag(0, -1, 0, 0), Signature.ofBytes(Signature.Kind.BARRIER, 0, 0));

    private final Member member;
    private final Mailbox mailbox;
    private final List<TcpLink> links = new ArrayList<>();
    private final Selector selector;
    private final TcpPump pump;
    private final AtomicReference<@Nullable CollectiveException> ended = new AtomicReference<>();
    private volatile boolean quiet;

    /** Who the worker is in its generation. */
    record Member(WireIdentity identity, TcpOptions options, long generation, int rank) {}

    /** A connection after the handshake: its socket, what speaks over it, and what has been read of it already. */
    record Connection(SocketChannel channel, Line line, ByteBuffer early) {}

    /** Takes the connections over, a list of them for each peer. */
    TcpTransport(Member member, List<String> addresses, List<List<Connection>> connections) throws IOException {
        super(member.generation(), member.rank(), addresses);
        this.member = member;
        this.selector = Selector.open();
        this.mailbox = new Mailbox(addresses.size(), STASH_BYTES_MAX, _ -> demand(), waiter());
        for (int peer = 0; peer < addresses.size(); peer++) {
            TcpLink link = new TcpLink(peer, addresses.get(peer), mailbox, member.options());
            links.add(link);
            adopt(connections.get(peer), link);
        }
        String name = "tcp-" + member.generation() + "." + member.rank();
        this.pump = new TcpPump(name, links, mailbox, selector, member.options());
    }

    private void adopt(List<Connection> connections, TcpLink link) {
        FrameCodec codec = new FrameCodec(member.identity(), member.generation(), CHUNK_BYTES);
        try {
            for (Connection connection : connections) {
                SocketWriter writer = new SocketWriter(codec, connections.size());
                TcpSocket socket = new TcpSocket(connection, selector, link, codec, writer);
                link.add(socket);
                link.readEarly(socket.reader(), connection.early());
            }
        } catch (IOException broken) {
            link.loseBroken(broken);
        }
    }

    void start() {
        pump.start();
    }

    boolean isEnded() {
        return ended.get() != null;
    }

    @Override
    public Waiter waiter() {
        return this::await;
    }

    private boolean await(PendingWork work, long timeoutNanos) throws InterruptedException {
        return pump.await(work, timeoutNanos);
    }

    private void demand() {
        pump.demand();
    }

    @Override
    public PendingWork send(int peer, Envelope envelope, MemorySegment data) {
        if (peer == rank()) {
            throw new IllegalArgumentException("rank " + rank() + " has no connection to itself");
        }
        TcpLink link = links.get(peer);
        PendingWork work = new PendingWork(link.outgoingName(), waiter());
        link.queue(new Outgoing(Frame.Kind.DATA, envelope, data, work, CHUNK_BYTES));
        CollectiveException mine = ended.get();
        CollectiveException refusal = mine != null ? mine : link.lost();
        if (refusal != null) {
            work.fail(refusal); // Whoever ended the link may have emptied its queue before.
        } else {
            pump.write();
        }
        return work;
    }

    @Override
    public PendingWork receive(int peer, Envelope envelope, LongFunction<MemorySegment> target) {
        return mailbox.receive(peer, envelope, target);
    }

    @Override
    public boolean abort(CollectiveException reason) {
        if (ended.compareAndSet(null, reason)) {
            mailbox.close(reason);
        }
        if (quiet || !lockPump()) {
            return quiet;
        }
        try {
            if (!quiet) {
                sayFarewell(reason);
                links.forEach(link -> link.fail(reason));
                links.forEach(TcpLink::close);
                pump.end();
                closeSelector();
                quiet = true;
            }
        } finally {
            pump.pumping().unlock();
        }
        return true;
    }

    private boolean lockPump() {
        boolean interrupted = Thread.interrupted();
        try {
            return pump.pumping().tryLock(QUIET_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
            return pump.pumping().tryLock();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Lets what was sent leave, and the reason after it, if that does not take long. */
    private void sayFarewell(CollectiveException reason) {
        MemorySegment text = MemorySegment.ofArray(Farewell.encode(reason));
        for (TcpLink link : links) {
            link.sayFarewell(() -> new Outgoing(
                    Frame.Kind.FAREWELL, NO_MESSAGE, text, new PendingWork("a farewell to rank " + link), CHUNK_BYTES));
        }
        long since = member.options().nanoTime().getAsLong();
        while (isSending() && member.options().nanoTime().getAsLong() - since < FAREWELL_NANOS) {
            boolean any = false;
            for (TcpLink link : links) {
                any |= link.lost() == null && link.write();
            }
            if (!any) {
                LockSupport.parkNanos(FAREWELL_PAUSE_NANOS);
            }
        }
    }

    private boolean isSending() {
        return links.stream().anyMatch(TcpLink::isSending);
    }

    private void closeSelector() {
        try {
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException("closing a selector failed", e);
        }
    }

    @Override
    public void close() {
        abort(new GroupAbortedException("rank " + rank() + " closed generation " + generation()));
    }
}
