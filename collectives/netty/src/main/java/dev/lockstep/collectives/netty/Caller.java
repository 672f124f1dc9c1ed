package dev.lockstep.collectives.netty;

import dev.lockstep.collectives.FencedException;
import dev.lockstep.collectives.wire.Hello;
import dev.lockstep.collectives.wire.UntrustedException;
import dev.lockstep.collectives.wire.WireIdentity;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.security.MessageDigest;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The caller's side of the handshake: says hello, checks the listener's proof, and proves itself. */
final class Caller extends ByteToMessageDecoder {
    private final WireIdentity identity;
    private final Hello hello;
    private final CompletableFuture<Channel> connected;

    Caller(WireIdentity identity, Hello hello, CompletableFuture<Channel> connected) {
        this.identity = identity;
        this.hello = hello;
        this.connected = connected;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        var _ = context.writeAndFlush(Unpooled.wrappedBuffer(hello.encode()));
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (in.readableBytes() < Hello.ANSWER_BYTES) {
            return;
        }
        byte[] answer = Doorkeeper.read(in, 1);
        byte[] nonce = Doorkeeper.read(in, Hello.NONCE_BYTES);
        byte[] proof = Doorkeeper.read(in, WireIdentity.PROOF_BYTES);
        if (!MessageDigest.isEqual(identity.proof("listener", answer, hello.encode(), nonce), proof)) {
            fail(
                    context,
                    new UntrustedException(
                            "it could not prove the job's token; it is of another job, or its token differs"));
        } else if (answer[0] == Hello.Answer.FENCED.ordinal()) {
            fail(
                    context,
                    new FencedException(
                            "attempt " + hello.attempt() + ", generation " + hello.generation() + " is superseded"));
        } else if (answer[0] == Hello.Answer.UNLIKE.ordinal()) {
            fail(context, new UntrustedException("it does not connect " + hello.sockets() + " sockets a peer"));
        } else if (answer[0] != Hello.Answer.WELCOME.ordinal()) {
            fail(context, new UntrustedException("it is of another job"));
        } else {
            enter(context, nonce);
        }
    }

    private void enter(ChannelHandlerContext context, byte[] nonce) {
        context.channel().config().setAutoRead(false);
        var _ = context.writeAndFlush(Unpooled.wrappedBuffer(identity.proof("caller", hello.encode(), nonce)));
        if (connected.complete(context.channel())) {
            context.pipeline().remove(this);
        } else {
            var _ = context.close();
        }
    }

    private void fail(ChannelHandlerContext context, RuntimeException why) {
        connected.completeExceptionally(why);
        var _ = context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        connected.completeExceptionally(refused("it closed the connection"));
        super.channelInactive(context);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        connected.completeExceptionally(refused(TlsTrouble.describe(cause)));
        var _ = context.close();
    }

    private static UntrustedException refused(String what) {
        return new UntrustedException(
                "in the handshake: " + what + " (its log may say why; TLS must be on at both ends or at none)");
    }
}
