package dev.lockstep.collectives.netty;

import dev.lockstep.collectives.transport.Arrival;
import dev.lockstep.collectives.transport.Farewell;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads frames and writes their payloads straight to where they are awaited. Until a generation adopts the connection
 * it only keeps what came too early. Confined to the connection's event loop.
 */
final class FrameReader extends ChannelInboundHandlerAdapter {
    private final byte[] head = new byte[Frame.BYTES];
    private int headBytes;
    private ByteBuf early = Unpooled.EMPTY_BUFFER;
    private @Nullable TcpTransport transport;
    private int peer;
    private @Nullable Frame frame;
    private @Nullable Arrival arrival;
    private CRC32C crc = new CRC32C();
    private long messageAt;
    private int payloadAt;
    private byte[] farewell = new byte[0];

    /** Hands the connection to a transport; called on the event loop. */
    void adopt(TcpTransport owner, int rank, ChannelHandlerContext context) {
        transport = owner;
        peer = rank;
        ByteBuf kept = early;
        early = Unpooled.EMPTY_BUFFER;
        if (!context.channel().isActive()) {
            kept.release();
            owner.lost(rank, "it closed the connection", null);
            return;
        }
        read(context, kept);
        context.channel().config().setAutoRead(true);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        if (transport == null) {
            early = Unpooled.wrappedBuffer(early, in);
        } else {
            read(context, in);
        }
    }

    private void read(ChannelHandlerContext context, ByteBuf in) {
        try {
            while (in.isReadable() && context.channel().isOpen()) {
                readSome(in);
            }
        } catch (UntrustedException | IllegalArgumentException | IllegalStateException broken) {
            lose(context, "cannot be trusted: " + broken.getMessage(), broken);
        } finally {
            in.release();
        }
    }

    private void readSome(ByteBuf in) {
        if (headBytes < Frame.BYTES) {
            int count = Math.min(Frame.BYTES - headBytes, in.readableBytes());
            in.readBytes(head, headBytes, count);
            headBytes += count;
            if (headBytes == Frame.BYTES) {
                begin();
            }
        } else {
            readPayload(in, current());
        }
    }

    private Frame current() {
        Frame now = frame;
        if (now == null) {
            throw new AssertionError("a payload without a head");
        }
        return now;
    }

    private TcpTransport owner() {
        TcpTransport owner = transport;
        if (owner == null) {
            throw new AssertionError("a frame before the connection was adopted");
        }
        return owner;
    }

    private void begin() {
        Frame next = Frame.decode(head, owner().identity(), owner().generation());
        frame = next;
        crc = Frame.checksum(head);
        payloadAt = 0;
        if (next.kind() == Frame.Kind.FAREWELL) {
            farewell = new byte[next.payloadBytes()];
        } else if (next.offset() == 0) {
            arrival = owner().begin(peer, next);
        } else if (arrival == null || next.offset() != messageAt) {
            throw new UntrustedException("a frame at " + next.offset() + " follows one that ended at " + messageAt);
        }
        if (next.payloadBytes() == 0) {
            end(next);
        }
    }

    private void readPayload(ByteBuf in, Frame now) {
        int count = Math.min(now.payloadBytes() - payloadAt, in.readableBytes());
        ByteBuffer piece = in.nioBuffer(in.readerIndex(), count);
        crc.update(piece.duplicate());
        if (now.kind() == Frame.Kind.FAREWELL) {
            piece.get(farewell, payloadAt, count);
        } else if (arrival != null) {
            arrival.write(now.offset() + payloadAt, MemorySegment.ofBuffer(piece));
        }
        in.skipBytes(count);
        payloadAt += count;
        if (payloadAt == now.payloadBytes()) {
            end(now);
        }
    }

    private void end(Frame now) {
        if ((int) crc.getValue() != Frame.checksumOf(head)) {
            throw new UntrustedException("the checksum of a frame of " + now.payloadBytes() + " bytes is wrong");
        }
        headBytes = 0;
        frame = null;
        messageAt = now.offset() + now.payloadBytes();
        if (now.kind() == Frame.Kind.FAREWELL) {
            owner().farewell(peer, Farewell.decode(farewell));
        } else if (now.isLast() && arrival != null) {
            Arrival whole = arrival;
            arrival = null;
            whole.finish();
            owner().arrived(peer);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        lose(context, "it closed the connection", null);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        lose(context, "the connection broke: " + cause.getMessage(), cause);
    }

    private void lose(ChannelHandlerContext context, String what, @Nullable Throwable cause) {
        early.release();
        early = Unpooled.EMPTY_BUFFER;
        if (transport != null) {
            transport.lost(peer, what, cause);
        }
        var _ = context.close();
    }
}
