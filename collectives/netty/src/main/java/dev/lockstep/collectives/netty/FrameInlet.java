package dev.lockstep.collectives.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where a connection's bytes come in after the handshake. Until a generation adopts the connection it only keeps what
 * came too early, which is little, since the connection is not read then. Confined to the connection's event loop.
 */
final class FrameInlet extends ChannelInboundHandlerAdapter {
    private static final int CHECKS_PER_PATIENCE = 4;

    private ByteBuf early = Unpooled.EMPTY_BUFFER;
    private @Nullable TcpTransport transport;
    private @Nullable FrameReader reader;
    private @Nullable TransferClock clock;
    private int peer;

    /** Hands the connection to a transport; called on the event loop. */
    void adopt(TcpTransport owner, int rank, ChannelHandlerContext context) {
        transport = owner;
        peer = rank;
        reader = owner.reader(rank);
        clock = new TransferClock(owner.options().transferPatience());
        ByteBuf kept = early;
        early = Unpooled.EMPTY_BUFFER;
        if (!context.channel().isActive()) {
            kept.release();
            owner.lost(rank, "it closed the connection", null);
            return;
        }
        read(context, kept, reader);
        context.channel().config().setAutoRead(true);
        long everyNanos = Math.max(1, owner.options().transferPatience().toNanos() / CHECKS_PER_PATIENCE);
        ScheduledFuture<?> checks = context.executor()
                .scheduleAtFixedRate(() -> check(context), everyNanos, everyNanos, TimeUnit.NANOSECONDS);
        var _ = context.channel().closeFuture().addListener(_ -> checks.cancel(false));
    }

    /** Gives the peer up if it has stopped in the middle of a message while it was listened to. */
    private void check(ChannelHandlerContext context) {
        long now = owner().nanoTime();
        if (!context.channel().config().isAutoRead()) {
            clock().resume(now);
            return;
        }
        clock().overdueNanos(now).ifPresent(nanos -> lose(context, clock().describe(nanos), null));
    }

    private TcpTransport owner() {
        return Objects.requireNonNull(transport, "adopted");
    }

    private TransferClock clock() {
        return Objects.requireNonNull(clock, "adopted");
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
        ByteBuf in = (ByteBuf) bytes;
        FrameReader now = reader;
        if (now == null) {
            early = Unpooled.wrappedBuffer(early, in);
        } else {
            read(context, in, now);
        }
    }

    private void read(ChannelHandlerContext context, ByteBuf in, FrameReader now) {
        try {
            boolean whole = false;
            if (context.channel().isOpen()) {
                for (ByteBuffer piece : in.nioBuffers()) {
                    whole |= now.read(piece);
                }
            }
            TcpTransport owner = owner();
            clock().moved(owner.nanoTime(), now.isUnderWay());
            if (whole) {
                owner.arrived(peer);
            }
        } catch (UntrustedException | IllegalArgumentException | IllegalStateException broken) {
            lose(context, "cannot be trusted: " + broken.getMessage(), broken);
        } finally {
            in.release();
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
