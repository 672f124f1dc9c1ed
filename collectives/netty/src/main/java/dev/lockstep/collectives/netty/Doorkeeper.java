package dev.lockstep.collectives.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The listener's side of the handshake: reads a hello of fixed length, answers with a nonce and a proof of its own, and
 * lets nobody in without theirs. A caller of an older generation is told so and sent away.
 */
final class Doorkeeper extends ByteToMessageDecoder {
    private static final long PATIENCE_SECONDS = 10;

    private final TcpIdentity identity;
    private final Arrivals arrivals;
    private final byte[] nonce = new byte[Hello.NONCE_BYTES];
    private @Nullable Hello hello;

    Doorkeeper(TcpIdentity identity, Arrivals arrivals, SecureRandom nonces) {
        this.identity = identity;
        this.arrivals = arrivals;
        nonces.nextBytes(nonce);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        var _ = context.executor().schedule(() -> sendAwayIfStillHere(context), PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static void sendAwayIfStillHere(ChannelHandlerContext context) {
        if (!context.isRemoved()) {
            var _ = context.close();
        }
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        Hello caller = hello;
        if (caller == null && in.readableBytes() >= Hello.BYTES) {
            greet(context, Hello.decode(read(in, Hello.BYTES)));
        } else if (caller != null && in.readableBytes() >= TcpIdentity.PROOF_BYTES) {
            check(context, caller, read(in, TcpIdentity.PROOF_BYTES));
        }
    }

    static byte[] read(ByteBuf in, int count) {
        byte[] bytes = new byte[count];
        in.readBytes(bytes);
        return bytes;
    }

    private void greet(ChannelHandlerContext context, Hello caller) {
        Hello.Answer answer = answer(caller);
        byte[] proof = identity.proof("listener", new byte[] {(byte) answer.ordinal()}, caller.encode(), nonce);
        ByteBuffer bytes = ByteBuffer.allocate(Hello.ANSWER_BYTES)
                .put((byte) answer.ordinal())
                .put(nonce)
                .put(proof)
                .flip();
        var sent = context.writeAndFlush(Unpooled.wrappedBuffer(bytes));
        if (answer == Hello.Answer.WELCOME) {
            hello = caller;
        } else {
            var _ = sent.addListener(ChannelFutureListener.CLOSE);
        }
    }

    private Hello.Answer answer(Hello caller) {
        if (!caller.isOfJob(identity)) {
            return Hello.Answer.FOREIGN;
        }
        boolean old = caller.attempt() < identity.attempt()
                || (caller.attempt() == identity.attempt() && caller.generation() < arrivals.least());
        return old ? Hello.Answer.FENCED : Hello.Answer.WELCOME;
    }

    private void check(ChannelHandlerContext context, Hello caller, byte[] proof) {
        byte[] wanted = identity.proof("caller", caller.encode(), nonce);
        if (caller.attempt() != identity.attempt() || !MessageDigest.isEqual(wanted, proof)) {
            var _ = context.close();
            return;
        }
        // Nothing more is read until a generation adopts the connection.
        context.channel().config().setAutoRead(false);
        if (arrivals.arrive(caller, context.channel())) {
            context.pipeline().remove(this);
        } else {
            var _ = context.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // Whoever cannot say who he is gets no answer; there is no peer to report on.
        var _ = context.close();
    }
}
