package dev.lockstep.collectives.netty;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS over a socket, once hands are shaken: seals from, and opens into, the memory that the caller names. What was
 * sealed has been taken from the caller and leaves by {@link #flush}; messages of TLS itself, such as new keys, go the
 * same way.
 */
final class TlsLine implements Line {
    private static final Logger LOG = LoggerFactory.getLogger(TlsLine.class);

    /** A record holds at most 16 KiB: so many at a time save calls of the system. */
    private static final int BUFFER_BYTES = 256 << 10;

    private static final ByteBuffer[] NOTHING = {ByteBuffer.allocate(0)};

    private final SocketChannel socket;
    private final SSLEngine engine;
    private final ByteBuffer sealedIn = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final ByteBuffer sealedOut = ByteBuffer.allocateDirect(BUFFER_BYTES).limit(0);
    private final ByteBuffer[] one = new ByteBuffer[1];
    private final int recordBytesMax;
    private boolean ended;

    /** Goes on with a connection; {@code early} is what has been read of it and not opened. */
    TlsLine(SocketChannel socket, SSLEngine engine, ByteBuffer early) {
        this.socket = socket;
        this.engine = engine;
        this.recordBytesMax = engine.getSession().getPacketBufferSize();
        sealedIn.put(early);
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        one[0] = target;
        return (int) read(one, 0, 1);
    }

    @Override
    public long read(ByteBuffer[] targets) throws IOException {
        return read(targets, 0, targets.length);
    }

    /** Reads what the buffers take, which must be a record of TLS at least. */
    @Override
    public long read(ByteBuffer[] targets, int first, int count) throws IOException {
        long opened = open(targets, first, count);
        if (opened == 0 && !ended) {
            ended = socket.read(sealedIn) < 0;
            opened = open(targets, first, count);
        }
        return opened == 0 && ended ? -1 : opened;
    }

    private long open(ByteBuffer[] targets, int first, int count) throws IOException {
        long opened = 0;
        sealedIn.flip();
        try {
            while (sealedIn.hasRemaining()) {
                SSLEngineResult result = engine.unwrap(sealedIn, targets, first, count);
                opened += result.bytesProduced();
                ended |= result.getStatus() == Status.CLOSED;
                if (result.getStatus() != Status.OK || !goOn(result)) {
                    break;
                }
            }
        } finally {
            sealedIn.compact();
        }
        return opened;
    }

    /** Does what TLS itself asks for; returns whether anything has moved. */
    private boolean goOn(SSLEngineResult result) throws IOException {
        boolean any = result.bytesConsumed() + result.bytesProduced() > 0;
        HandshakeStatus wanted = result.getHandshakeStatus();
        if (wanted == HandshakeStatus.NEED_TASK) {
            for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                task.run();
                any = true;
            }
            wanted = engine.getHandshakeStatus();
        }
        if (wanted == HandshakeStatus.NEED_WRAP) {
            seal(NOTHING, 0, 1);
        }
        return any;
    }

    /** Seals what there is room for; returns how many bytes were taken. */
    private long seal(ByteBuffer[] sources, int first, int count) throws IOException {
        long taken = 0;
        sealedOut.compact();
        try {
            boolean more = true;
            while (more && sealedOut.remaining() >= recordBytesMax) {
                SSLEngineResult result = engine.wrap(sources, first, count, sealedOut);
                if (result.getStatus() == Status.CLOSED) {
                    throw new ClosedChannelException();
                }
                taken += result.bytesConsumed();
                boolean asked = result.getHandshakeStatus() == HandshakeStatus.NEED_WRAP;
                more = result.bytesProduced() > 0 && (asked || hasRemaining(sources, first, count));
            }
        } finally {
            sealedOut.flip();
        }
        return taken;
    }

    private static boolean hasRemaining(ByteBuffer[] sources, int first, int count) {
        for (int i = first; i < first + count; i++) {
            if (sources[i].hasRemaining()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        one[0] = source;
        return (int) write(one, 0, 1);
    }

    @Override
    public long write(ByteBuffer[] sources) throws IOException {
        return write(sources, 0, sources.length);
    }

    @Override
    public long write(ByteBuffer[] sources, int first, int count) throws IOException {
        flush();
        if (isPending()) {
            return 0; // What is sealed waits for the network, so let the rest wait in its own memory.
        }
        long taken = seal(sources, first, count);
        flush();
        return taken;
    }

    @Override
    public boolean isPending() {
        return sealedOut.hasRemaining();
    }

    @Override
    public boolean flush() throws IOException {
        return isPending() && socket.write(sealedOut) > 0;
    }

    @Override
    public boolean isOpen() {
        return socket.isOpen();
    }

    /** Says that this is the end, if it can be said at once, and closes the socket. */
    @Override
    public void close() throws IOException {
        try (socket) {
            if (!isPending() && !ended && socket.isConnected()) {
                engine.closeOutbound();
                sealedOut.clear();
                engine.wrap(NOTHING, sealedOut);
                sealedOut.flip();
                flush();
            }
        } catch (IOException gone) {
            LOG.debug("a peer was gone before it could be told so", gone);
        }
    }
}
