package dev.lockstep.collectives.netty;

import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.collectives.PeerLostException;
import dev.lockstep.collectives.transport.Farewell;
import dev.lockstep.collectives.transport.Mailbox;
import dev.lockstep.collectives.wire.FrameReader;
import dev.lockstep.collectives.wire.Outgoing;
import dev.lockstep.collectives.wire.Receptions;
import dev.lockstep.collectives.wire.TransferClock;
import dev.lockstep.collectives.wire.UntrustedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that connects this worker with one peer. Anyone may queue messages and ask whether the peer is lost; the rest is
 * confined to the pump.
 */
final class TcpLink {
    private static final Logger LOG = LoggerFactory.getLogger(TcpLink.class);

    private final int peer;
    private final String address;
    private final String outgoingName;
    private final Mailbox mailbox;
    private final Receptions receptions;
    private final TransferClock clock;
    private final LongSupplier nanoTime;
    private final Queue<Outgoing> queue = new ConcurrentLinkedQueue<>();
    private final List<TcpSocket> sockets = new ArrayList<>();
    private final Reading readSockets = this::readSockets;
    private @Nullable PeerLostException farewell;
    private volatile @Nullable CollectiveException lost;

    TcpLink(int peer, String address, Mailbox mailbox, TcpOptions options) {
        this.peer = peer;
        this.address = address;
        this.outgoingName = "a message to rank " + peer;
        this.mailbox = mailbox;
        this.receptions = new Receptions(mailbox, peer, TcpTransport.CHUNK_BYTES);
        this.clock = new TransferClock(options.transferPatience());
        this.nanoTime = options.nanoTime();
    }

    /** {@return what works that end with messages to the peer are called} */
    String outgoingName() {
        return outgoingName;
    }

    void add(TcpSocket socket) {
        sockets.add(socket);
    }

    Receptions receptions() {
        return receptions;
    }

    /** Reads what came with the handshake. */
    void readEarly(FrameReader reader, ByteBuffer early) {
        believing(() -> reader.read(early));
    }

    @Nullable
    CollectiveException lost() {
        return lost;
    }

    /** Queues a message; the pump must be told. */
    void queue(Outgoing message) {
        queue.add(message);
    }

    /** {@return whether a message is on its way out} */
    boolean isSending() {
        return lost == null && !sockets.isEmpty() && (!queue.isEmpty() || isAnySending());
    }

    private boolean isAnySending() {
        for (TcpSocket socket : sockets) {
            if (socket.isSending()) {
                return true;
            }
        }
        return false;
    }

    /**
     * Writes and reads what can be.
     *
     * @param unasked whether to read what nobody awaits, too
     * @return whether anything has moved
     */
    boolean pump(boolean unasked) {
        boolean any = write();
        if (lost == null && isRead(unasked)) {
            any |= read();
        } else if (lost == null) {
            clock.resume(nanoTime.getAsLong());
        }
        return any;
    }

    private boolean isRead(boolean unasked) {
        return mailbox.isAwaiting(peer) || (unasked && !mailbox.isSaturated(peer));
    }

    /** Writes what can be; returns whether anything was. */
    boolean write() {
        boolean any = false;
        try {
            for (TcpSocket socket : sockets) {
                any |= lost == null && socket.write(queue);
            }
        } catch (IOException broken) {
            read(); // Before it hung up the peer may have said why.
            closedByPeer(broken);
        }
        return any;
    }

    private void closedByPeer(@Nullable Throwable cause) {
        PeerLostException reason = farewell;
        lose(reason != null ? reason : PeerLostException.of(peer, address, "it closed the connection", cause));
    }

    /** Says why the peer is left, last of all on every connection: they have no order among them. */
    void sayFarewell(Supplier<Outgoing> why) {
        sockets.forEach(socket -> socket.writer().sayLast(why.get()));
    }

    private boolean read() {
        boolean any = believing(readSockets);
        if (any) {
            clock.moved(nanoTime.getAsLong(), isUnderWay());
        }
        return any;
    }

    private boolean readSockets() throws IOException {
        boolean any = false;
        for (int i = 0; i < sockets.size() && lost == null; i++) {
            long count = sockets.get(i).read();
            if (count < 0) {
                closedByPeer(null);
            }
            any |= count != 0;
        }
        return any;
    }

    /** Reads something; returns whether anything has come. */
    @FunctionalInterface
    private interface Reading {
        boolean read() throws IOException;
    }

    private boolean believing(Reading reading) {
        try {
            return reading.read();
        } catch (IOException broken) {
            lose("the connection broke: " + broken.getMessage(), broken);
        } catch (UntrustedException | IllegalArgumentException | IllegalStateException broken) {
            LOG.warn("{}: what came cannot be trusted: {}", this, broken.getMessage());
            lose("cannot be trusted: " + broken.getMessage(), broken);
        }
        return true;
    }

    private boolean isUnderWay() {
        for (TcpSocket socket : sockets) {
            if (socket.reader().isUnderWay()) {
                return true;
            }
        }
        return false;
    }

    /** Gives the peer up if it has stopped in the middle of a message while it was listened to. */
    void checkTime() {
        OptionalLong overdue = lost == null ? clock.overdueNanos(nanoTime.getAsLong()) : OptionalLong.empty();
        overdue.ifPresent(nanos -> lose(clock.describe(nanos), null));
    }

    /** Says what the selector waits for. */
    void await(boolean unasked) {
        for (TcpSocket socket : sockets) {
            socket.await(isRead(unasked));
        }
    }

    /** Takes note that the connections could not be taken over. */
    void loseBroken(IOException broken) {
        closedByPeer(broken);
    }

    /** Takes note that the peer leaves; it is lost when that was its last word on every connection. */
    void onFarewell(TcpSocket socket, byte[] why) {
        PeerLostException reason = PeerLostException.passedOn(peer, address, Farewell.decode(why));
        farewell = reason;
        socket.end();
        if (sockets.stream().allMatch(TcpSocket::isEnded)) {
            lose(reason);
        }
    }

    private void lose(String what, @Nullable Throwable cause) {
        lose(PeerLostException.of(peer, address, what, cause));
    }

    private void lose(PeerLostException reason) {
        if (lost == null) {
            lost = reason;
            close();
            mailbox.lose(peer, reason);
            fail(reason);
        }
    }

    /** Fails what has not left. */
    void fail(CollectiveException reason) {
        for (TcpSocket socket : sockets) {
            socket.writer().drop(message -> message.work().fail(reason));
        }
        for (Outgoing next = queue.poll(); next != null; next = queue.poll()) {
            next.work().fail(reason);
        }
    }

    void close() {
        for (TcpSocket socket : sockets) {
            try {
                socket.close();
            } catch (IOException e) {
                LOG.debug("{}: closing a connection failed", this, e);
            }
        }
    }

    @Override
    public String toString() {
        return "rank " + peer + " (" + address + ")";
    }
}
