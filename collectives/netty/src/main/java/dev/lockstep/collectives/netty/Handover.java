package dev.lockstep.collectives.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/**
 * The end of a connection's time with Netty: keeps what came too early, which is little, since the connection is not
 * read then, and hands both over to a transport. Confined to the connection's event loop.
 */
final class Handover extends ChannelInboundHandlerAdapter {
    private final ByteArrayOutputStream early = new ByteArrayOutputStream();

    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) throws IOException {
        ByteBuf in = (ByteBuf) bytes;
        try {
            in.readBytes(early, in.readableBytes());
        } finally {
            in.release();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        var _ = context.close();
    }

    /** {@return the connection, once Netty has let go of it} */
    static CompletableFuture<TcpTransport.Connection> take(Channel channel) {
        CompletableFuture<TcpTransport.Connection> taken = new CompletableFuture<>();
        channel.eventLoop().execute(() -> {
            var _ = channel.deregister().addListener(_ -> {
                Handover end = channel.pipeline().get(Handover.class);
                ByteBuffer early = ByteBuffer.wrap(end.early.toByteArray());
                taken.complete(new TcpTransport.Connection(((PlainChannel) channel).socket(), early));
            });
        });
        return taken;
    }
}
