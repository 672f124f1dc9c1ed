package dev.lockstep.collectives.wire;

import dev.lockstep.collectives.transport.Arrival;
import dev.lockstep.collectives.transport.Farewell;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ScatteringByteChannel;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads the frames of one connection, in whatever pieces their bytes come, and writes payloads straight to where they
 * are awaited. Keeps one head, never a payload. Confined to whoever reads the connection.
 */
public final class FrameReader {
    private static final int FAREWELL_BYTES_MAX = Farewell.BYTES_MAX;

    /** Shorter rests of a payload are read together with what follows them. */
    private static final int DIRECT_BYTES_MIN = 8 << 10;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final FrameCodec codec;
    private final Receptions receptions;
    private final FarewellListener farewells;
    private final ByteBuffer head = ByteBuffer.allocate(FrameCodec.BYTES);
    private final CRC32C crc = new CRC32C();
    private @Nullable Frame frame;
    private @Nullable Reception message;
    private final ByteBuffer[] scattered = {NOTHING, NOTHING};
    private final Arrival.PieceSource scatter = this::scatter;
    private ByteBuffer checked = NOTHING;
    private @Nullable ScatteringByteChannel from;
    private int payloadAt;
    private byte[] farewell = new byte[0];

    /** Makes a reader at the start of a connection. */
    public FrameReader(FrameCodec codec, Receptions receptions, FarewellListener farewells) {
        this.codec = codec;
        this.receptions = receptions;
        this.farewells = farewells;
    }

    /** Hears why the peer gives the group up. */
    @FunctionalInterface
    public interface FarewellListener {
        /** Takes a farewell; see {@link Farewell}. */
        void onFarewell(byte[] farewell);
    }

    /**
     * Reads all bytes of {@code in}.
     *
     * @return whether a message has become whole
     * @throws UntrustedException if they cannot be believed; also IllegalStateException, IllegalArgumentException
     */
    public boolean read(ByteBuffer in) {
        boolean whole = false;
        while (in.hasRemaining()) {
            Frame now = frame;
            if (now == null) {
                whole |= readHead(in);
            } else {
                whole |= readPayload(now, in);
            }
        }
        return whole;
    }

    /**
     * Reads what a channel has: a payload straight to where it is awaited, heads and short payloads through
     * {@code staging}, which is empty before and after.
     *
     * @return how many bytes came; 0 if there are none now, -1 if there never will be
     * @throws UntrustedException as {@link #read(ByteBuffer)}
     */
    public long read(ScatteringByteChannel channel, ByteBuffer staging) throws IOException {
        Frame now = frame;
        Reception target = message;
        int left = now == null ? 0 : now.payloadBytes() - payloadAt;
        long count;
        if (now == null
                || target == null
                || left < DIRECT_BYTES_MIN
                || !target.arrival().isTaken()) {
            count = channel.read(staging);
        } else {
            scattered[1] = staging;
            from = channel;
            count = readDirect(now, target, left);
        }
        staging.flip();
        read(staging);
        staging.clear();
        return count;
    }

    private long readDirect(Frame now, Reception target, int left) throws IOException {
        if (scattered[0].remaining() != left) {
            scattered[0] = target.arrival().view(now.offset() + payloadAt, left);
            checked = scattered[0].duplicate();
        }
        long count = target.arrival().read(scatter);
        payloadAt += Math.clamp(count, 0, left);
        if (payloadAt == now.payloadBytes()) {
            end(now);
        }
        return count;
    }

    private long scatter() throws IOException {
        long count = Objects.requireNonNull(from).read(scattered);
        crc.update(checked.limit(scattered[0].position()));
        return count;
    }

    /** {@return whether the last frame that has begun has ended} */
    public boolean isBetweenFrames() {
        return frame == null && head.position() == 0;
    }

    /** {@return whether a frame or a message of the peer has begun and not ended} */
    public boolean isUnderWay() {
        return frame != null || head.position() > 0 || receptions.isUnderWay();
    }

    private boolean readHead(ByteBuffer in) {
        int count = Math.min(head.remaining(), in.remaining());
        head.put(in.slice(in.position(), count));
        in.position(in.position() + count);
        return !head.hasRemaining() && begin();
    }

    private boolean begin() {
        Frame next = codec.decode(head);
        frame = next;
        scattered[0] = NOTHING;
        crc.reset();
        payloadAt = 0;
        if (next.kind() == Frame.Kind.DATA) {
            message = receptions.begin(next);
        } else if (next.messageBytes() <= FAREWELL_BYTES_MAX) {
            farewell = new byte[next.payloadBytes()];
        } else {
            throw new UntrustedException("a farewell of " + next.messageBytes() + " bytes");
        }
        return next.payloadBytes() == 0 && end(next);
    }

    private boolean readPayload(Frame now, ByteBuffer in) {
        int count = Math.min(now.payloadBytes() - payloadAt, in.remaining());
        ByteBuffer piece = in.slice(in.position(), count);
        in.position(in.position() + count);
        crc.update(piece.duplicate());
        Reception target = message;
        if (target != null) {
            target.arrival().write(now.offset() + payloadAt, MemorySegment.ofBuffer(piece));
        } else {
            piece.get(farewell, payloadAt, count);
        }
        payloadAt += count;
        return payloadAt == now.payloadBytes() && end(now);
    }

    private boolean end(Frame now) {
        if ((int) crc.getValue() != FrameCodec.payloadChecksum(head)) {
            throw new UntrustedException("the checksum of a frame of " + now.payloadBytes() + " bytes is wrong");
        }
        Reception target = message;
        frame = null;
        message = null;
        head.clear();
        if (target == null) {
            farewells.onFarewell(farewell);
            return false;
        }
        return receptions.end(target, now);
    }
}
