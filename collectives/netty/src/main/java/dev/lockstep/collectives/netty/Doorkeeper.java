package dev.lockstep.collectives.netty;

import dev.lockstep.collectives.wire.Hello;
import dev.lockstep.collectives.wire.Refusals;
import dev.lockstep.collectives.wire.UntrustedException;
import dev.lockstep.collectives.wire.WireIdentity;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The listener's side of the handshake: reads a hello of fixed length, answers with a nonce and a proof of its own, and
 * lets nobody in without theirs. A caller of an older generation is told so and sent away.
 */
final class Doorkeeper extends ByteToMessageDecoder {
    private final WireIdentity identity;
    private final Arrivals arrivals;
    private final Door door;
    private final byte[] nonce = new byte[Hello.NONCE_BYTES];
    private @Nullable Hello hello;
    private boolean greeted;
    private boolean gone;

    Doorkeeper(WireIdentity identity, Arrivals arrivals, Door door, SecureRandom nonces) {
        this.identity = identity;
        this.arrivals = arrivals;
        this.door = door;
        nonces.nextBytes(nonce);
    }

    /**
     * What all doorkeepers of one listener share.
     *
     * @param patience how long a caller may take
     * @param strangersMax how many callers there may be at a time
     * @param strangers how many there are
     * @param sockets how many connections a peer makes
     * @param refusals told of those who are sent away
     */
    record Door(Duration patience, int strangersMax, AtomicInteger strangers, int sockets, Refusals refusals) {}

    @Override
    public void channelActive(ChannelHandlerContext context) throws Exception {
        super.channelActive(context);
        greeted = true;
        if (door.strangers().incrementAndGet() > door.strangersMax()) {
            sendAway(
                    context, "there are " + door.strangersMax() + " callers already that have not proved who they are");
            return;
        }
        var _ = context.executor()
                .schedule(
                        () -> sendAway(
                                context,
                                "it has not proved who it is within "
                                        + door.patience().toMillis() + " ms"),
                        door.patience().toNanos(),
                        TimeUnit.NANOSECONDS);
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext context) {
        if (greeted) {
            door.strangers().decrementAndGet();
        }
    }

    /** Ends the connection, unless the caller has been let in or has been sent away. */
    private void sendAway(ChannelHandlerContext context, String reason) {
        if (!context.isRemoved() && !gone) {
            gone = true;
            door.refusals().refuse(context.channel().remoteAddress(), reason);
            var _ = context.close();
        }
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        Hello caller = hello;
        if (gone) {
            in.skipBytes(in.readableBytes()); // Whatever it says while it is being sent away.
        } else if (caller == null && in.readableBytes() >= Hello.BYTES) {
            greet(context, Hello.decode(read(in, Hello.BYTES)));
        } else if (caller != null && in.readableBytes() >= WireIdentity.PROOF_BYTES) {
            check(context, caller, read(in, WireIdentity.PROOF_BYTES));
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
            gone = true;
            door.refusals().refuse(context.channel().remoteAddress(), answer.reason(caller));
            var _ = sent.addListener(ChannelFutureListener.CLOSE);
        }
    }

    private Hello.Answer answer(Hello caller) {
        if (!caller.isOfJob(identity)) {
            return Hello.Answer.FOREIGN;
        }
        if (caller.sockets() != door.sockets()) {
            return Hello.Answer.UNLIKE;
        }
        boolean old = caller.attempt() < identity.attempt()
                || (caller.attempt() == identity.attempt() && caller.generation() < arrivals.least());
        return old ? Hello.Answer.FENCED : Hello.Answer.WELCOME;
    }

    private void check(ChannelHandlerContext context, Hello caller, byte[] proof) {
        byte[] wanted = identity.proof("caller", caller.encode(), nonce);
        if (caller.attempt() != identity.attempt() || !MessageDigest.isEqual(wanted, proof)) {
            sendAway(context, "it could not prove the job's token");
            return;
        }
        // Nothing more is read until a generation adopts the connection.
        context.channel().config().setAutoRead(false);
        if (arrivals.arrive(caller, context.channel())) {
            context.pipeline().remove(this);
        } else {
            sendAway(context, "nobody waits for rank " + caller.rank() + " of generation " + caller.generation());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        sendAway(context, "it closed the connection during the handshake");
        super.channelInactive(context);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // Whoever cannot say who he is gets no answer.
        Throwable root = cause.getCause() instanceof UntrustedException untrusted ? untrusted : cause;
        sendAway(context, TlsTrouble.describe(root));
    }
}
