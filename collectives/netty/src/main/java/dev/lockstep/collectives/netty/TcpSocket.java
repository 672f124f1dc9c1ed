package dev.lockstep.collectives.netty;

import dev.lockstep.collectives.wire.FrameCodec;
import dev.lockstep.collectives.wire.FrameReader;
import dev.lockstep.collectives.wire.Outgoing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Queue;

/** One connection to a peer, after the handshake. Confined to the pump. */
final class TcpSocket {
    private static final int STAGING_BYTES = 64 << 10;
    private static final int READS_AT_A_TIME = 16;

    private final Line line;
    private final FrameReader reader;
    private final SocketWriter writer;
    private final SelectionKey key;
    private final ByteBuffer staging = ByteBuffer.allocateDirect(STAGING_BYTES);
    private int interest;
    private boolean ended;

    /** Takes a connection over. */
    TcpSocket(
            TcpTransport.Connection connection, Selector selector, TcpLink link, FrameCodec codec, SocketWriter writer)
            throws IOException {
        SocketChannel channel = connection.channel();
        this.line = connection.line();
        this.reader = new FrameReader(codec, link.receptions(), farewell -> link.onFarewell(this, farewell));
        this.writer = writer;
        PlainChannel.prepare(channel);
        channel.configureBlocking(false);
        this.key = channel.register(selector, 0);
    }

    FrameReader reader() {
        return reader;
    }

    /**
     * Reads what is there, but not for long.
     *
     * @return how many bytes came; -1 if the peer has closed the connection and nothing came
     */
    long read() throws IOException {
        long all = 0;
        for (int i = 0; i < READS_AT_A_TIME && !ended; i++) {
            long count = reader.read(line, staging);
            if (count <= 0) {
                return all == 0 ? count : all;
            }
            all += count;
            if (reader.isBetweenFrames() && count < STAGING_BYTES) {
                return all; // Most likely that was all: an empty read more would cost a system call.
            }
        }
        return all;
    }

    /** Takes note that the peer has said farewell: nothing more is read. */
    void end() {
        ended = true;
    }

    boolean isEnded() {
        return ended;
    }

    /** Writes what the connection takes; returns whether anything was written. */
    boolean write(Queue<Outgoing> queue) throws IOException {
        boolean any = line.flush();
        return writer.write(line, queue) || any;
    }

    /** {@return whether something was begun, or sealed, that the network would not take yet} */
    boolean isBlocked() {
        return writer.isBlocked() || line.isPending();
    }

    /** {@return whether something of this connection's own is on its way out} */
    boolean isSending() {
        return isBlocked() || writer.isLeaving();
    }

    /** Says what the selector waits for. */
    void await(boolean reading) {
        int wanted = (reading && !ended ? SelectionKey.OP_READ : 0) | (isBlocked() ? SelectionKey.OP_WRITE : 0);
        if (wanted != interest) {
            interest = wanted;
            key.interestOps(wanted);
        }
    }

    SocketWriter writer() {
        return writer;
    }

    void close() throws IOException {
        key.cancel();
        line.close();
    }
}
