package dev.lockstep.collectives.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The end of a connection's time with Netty: keeps what came too early, which is little, since the connection is not
 * read then, and hands both over to a transport. Confined to the connection's event loop.
 */
final class Handover extends ChannelInboundHandlerAdapter {
    private final ByteArrayOutputStream early = new ByteArrayOutputStream();
    private final ByteArrayOutputStream sealed = new ByteArrayOutputStream();
    private boolean unsealing = true;

    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) throws IOException {
        ByteBuf in = (ByteBuf) bytes;
        try {
            in.readBytes(unsealing ? early : sealed, in.readableBytes());
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
            Handover end = channel.pipeline().get(Handover.class);
            SslHandler tls = channel.pipeline().get(SslHandler.class);
            if (tls != null) {
                end.unsealing = false; // What it has not opened comes to us as it is.
                channel.pipeline().remove(tls);
            }
            var _ = channel.deregister().addListener(_ -> taken.complete(end.connection((PlainChannel) channel, tls)));
        });
        return taken;
    }

    private TcpTransport.Connection connection(PlainChannel channel, @Nullable SslHandler tls) {
        SocketChannel socket = channel.socket();
        Line line = tls == null
                ? new PlainLine(socket)
                : new TlsLine(socket, tls.engine(), ByteBuffer.wrap(sealed.toByteArray()));
        return new TcpTransport.Connection(socket, line, ByteBuffer.wrap(early.toByteArray()));
    }
}
