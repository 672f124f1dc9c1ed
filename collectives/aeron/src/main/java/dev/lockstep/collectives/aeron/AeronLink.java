package dev.lockstep.collectives.aeron;

import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.collectives.PeerLostException;
import dev.lockstep.collectives.transport.Farewell;
import dev.lockstep.collectives.transport.Mailbox;
import dev.lockstep.collectives.wire.Frame;
import dev.lockstep.collectives.wire.FrameCodec;
import dev.lockstep.collectives.wire.FrameReader;
import dev.lockstep.collectives.wire.Outgoing;
import dev.lockstep.collectives.wire.Receptions;
import dev.lockstep.collectives.wire.TransferClock;
import dev.lockstep.collectives.wire.UntrustedException;
import io.aeron.ExclusivePublication;
import io.aeron.Image;
import io.aeron.logbuffer.BufferClaim;
import io.aeron.logbuffer.FragmentHandler;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The two streams between this worker and one peer. Each fragment is one frame, written into and read from Aeron's
 * buffers without another copy. Anyone may queue messages; the rest is confined to the pump.
 */
final class AeronLink {
    private static final Logger LOG = LoggerFactory.getLogger(AeronLink.class);
    private static final int FRAGMENTS_AT_A_TIME = 32;

    private final int peer;
    private final String address;
    private final Streams streams;
    private final Mailbox mailbox;
    private final FrameCodec codec;
    private final FrameReader reader;
    private final TransferClock clock;
    private final LongSupplier nanoTime;
    private final Queue<Outgoing> queue = new ConcurrentLinkedQueue<>();
    private final BufferClaim claim = new BufferClaim();
    private final ByteBuffer head = ByteBuffer.allocateDirect(FrameCodec.BYTES);
    private final FragmentHandler handler = (buffer, offset, length, _) -> take(buffer, offset, length);
    private @Nullable Outgoing current;
    private @Nullable Frame chunk;
    private volatile @Nullable CollectiveException lost;

    /** An outgoing and an incoming stream. */
    record Streams(ExclusivePublication outgoing, Image incoming) {}

    AeronLink(int peer, String address, Streams streams, Mailbox mailbox, AeronTransport.Member member) {
        this.peer = peer;
        this.address = address;
        this.streams = streams;
        this.mailbox = mailbox;
        int chunkBytes = streams.outgoing().maxPayloadLength() - FrameCodec.BYTES;
        this.codec = new FrameCodec(member.identity(), member.generation(), chunkBytes);
        this.reader = new FrameReader(codec, new Receptions(mailbox, peer, chunkBytes), this::onFarewell);
        this.clock = new TransferClock(member.options().transferPatience());
        this.nanoTime = member.options().nanoTime();
    }

    @Nullable
    CollectiveException lost() {
        return lost;
    }

    void queue(Outgoing message) {
        queue.add(message);
    }

    int chunkBytes() {
        return codec.chunkBytes();
    }

    boolean isSending() {
        return lost == null && (chunk != null || !queue.isEmpty());
    }

    boolean pump(boolean unasked) {
        boolean any = write();
        if (lost == null && (mailbox.isAwaiting(peer) || (unasked && !mailbox.isSaturated(peer)))) {
            any |= read();
        } else {
            clock.resume(nanoTime.getAsLong());
        }
        return any;
    }

    /** Writes what the stream takes; returns whether anything was written. */
    boolean write() {
        boolean any = false;
        while (lost == null && (chunk != null || next())) {
            if (!offer()) {
                break;
            }
            any = true;
        }
        return any;
    }

    private boolean next() {
        Outgoing first = queue.peek();
        if (first == null) {
            return false;
        }
        current = first;
        chunk = first.take();
        if (first.isTaken()) {
            queue.remove();
        }
        return true;
    }

    private boolean offer() {
        Frame now = java.util.Objects.requireNonNull(chunk);
        Outgoing message = java.util.Objects.requireNonNull(current);
        long result = streams.outgoing().tryClaim(FrameCodec.BYTES + now.payloadBytes(), claim);
        if (result > 0) {
            ByteBuffer payload = message.payload(now);
            codec.encode(now, payload, head.clear());
            claim.buffer().putBytes(claim.offset(), head, 0, FrameCodec.BYTES);
            claim.buffer().putBytes(claim.offset() + FrameCodec.BYTES, payload, payload.position(), now.payloadBytes());
            claim.commit();
            chunk = null;
            current = null;
            message.written(now.payloadBytes());
            return true;
        }
        if (result == ExclusivePublication.CLOSED || result == ExclusivePublication.MAX_POSITION_EXCEEDED) {
            lose("the stream to it has ended", null);
        }
        return false;
    }

    private boolean read() {
        int fragments = streams.incoming().poll(handler, FRAGMENTS_AT_A_TIME);
        if (fragments > 0) {
            clock.moved(nanoTime.getAsLong(), reader.isUnderWay());
        } else if (lost == null
                && (streams.incoming().isClosed() || streams.incoming().isEndOfStream())) {
            lose("it closed the connection", null);
        } else if (lost == null) {
            clock.overdueNanos(nanoTime.getAsLong()).ifPresent(nanos -> lose(clock.describe(nanos), null));
        }
        return fragments > 0;
    }

    /** Aeron would swallow what is thrown here. */
    private void take(DirectBuffer buffer, int offset, int length) {
        if (lost != null) {
            return;
        }
        try {
            ByteBuffer log = java.util.Objects.requireNonNull(buffer.byteBuffer(), "a log is a mapped file");
            reader.read(log.slice(buffer.wrapAdjustment() + offset, length));
            if (!reader.isBetweenFrames()) {
                throw new UntrustedException("a fragment of " + length + " bytes is not a whole frame");
            }
        } catch (UntrustedException | IllegalArgumentException | IllegalStateException broken) {
            LOG.warn("{}: what came cannot be trusted: {}", this, broken.getMessage());
            lose("cannot be trusted: " + broken.getMessage(), broken);
        }
    }

    private void onFarewell(byte[] farewell) {
        lose(PeerLostException.passedOn(peer, address, Farewell.decode(farewell)));
    }

    private void lose(String what, @Nullable Throwable cause) {
        lose(PeerLostException.of(peer, address, what, cause));
    }

    private void lose(PeerLostException reason) {
        if (lost == null) {
            lost = reason;
            mailbox.lose(peer, reason);
            fail(reason);
        }
    }

    /** Fails what has not left. */
    void fail(CollectiveException reason) {
        Outgoing torn = current;
        chunk = null;
        current = null;
        if (torn != null) {
            torn.work().fail(reason);
        }
        for (Outgoing next = queue.poll(); next != null; next = queue.poll()) {
            next.work().fail(reason);
        }
    }

    void close() {
        streams.outgoing().close();
    }

    @Override
    public String toString() {
        return "rank " + peer + " (" + address + ")";
    }
}
