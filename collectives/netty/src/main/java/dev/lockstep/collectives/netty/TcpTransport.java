package dev.lockstep.collectives.netty;

import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.collectives.GroupAbortedException;
import dev.lockstep.collectives.PeerLostException;
import dev.lockstep.collectives.transport.Envelope;
import dev.lockstep.collectives.transport.Farewell;
import dev.lockstep.collectives.transport.Mailbox;
import dev.lockstep.collectives.transport.PendingWork;
import dev.lockstep.collectives.transport.Signature;
import dev.lockstep.collectives.transport.Tag;
import dev.lockstep.collectives.transport.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** The TCP connections of one worker to the others of its generation. Made by {@link TcpEndpoint#join}. */
final class TcpTransport implements Transport {
    private static final long STASH_BYTES_MAX = 64L << 20;
    private static final long FAREWELL_MILLIS = 200;
    private static final long QUIET_MILLIS = 5_000;
    private static final Envelope NO_MESSAGE =
            new Envelope(new Tag(0, -1, 0, 0), Signature.ofBytes(Signature.Kind.BARRIER, 0, 0));

    private final TcpIdentity identity;
    private final TcpOptions options;
    private final long generation;
    private final int rank;
    private final List<String> addresses;
    private final List<@Nullable Channel> channels;
    private final Mailbox mailbox;
    private final AtomicReferenceArray<@Nullable CollectiveException> lost;
    private final AtomicReference<@Nullable CollectiveException> ended = new AtomicReference<>();

    /** Takes over one connection a peer; the entry of this rank is null. */
    TcpTransport(Member member, List<String> addresses, List<@Nullable Channel> channels) {
        this.identity = member.identity();
        this.options = member.options();
        this.generation = member.generation();
        this.rank = member.rank();
        this.addresses = List.copyOf(addresses);
        this.channels = new ArrayList<>(channels);
        this.lost = new AtomicReferenceArray<>(addresses.size());
        this.mailbox = new Mailbox(addresses.size(), STASH_BYTES_MAX, this::resume);
    }

    /** Who the worker is in its generation. */
    record Member(TcpIdentity identity, TcpOptions options, long generation, int rank) {}

    TcpOptions options() {
        return options;
    }

    long nanoTime() {
        return options.nanoTime().getAsLong();
    }

    /** Begins to read. */
    void start() {
        for (int peer = 0; peer < channels.size(); peer++) {
            int who = peer;
            Channel channel = channels.get(peer);
            if (channel != null) {
                channel.eventLoop().execute(() -> {
                    var context = channel.pipeline().context(FrameInlet.class);
                    ((FrameInlet) context.handler()).adopt(this, who, context);
                });
            }
        }
    }

    boolean isEnded() {
        return ended.get() != null;
    }

    @Override
    public int rank() {
        return rank;
    }

    @Override
    public int size() {
        return addresses.size();
    }

    @Override
    public long generation() {
        return generation;
    }

    @Override
    public String address(int peer) {
        return addresses.get(peer);
    }

    @Override
    public PendingWork send(int peer, Envelope envelope, MemorySegment data) {
        PendingWork work = new PendingWork("a message to rank " + peer);
        CollectiveException reason = refusal(peer);
        if (reason != null) {
            work.fail(reason);
            return work;
        }
        write(channel(peer), frames(Frame.Kind.DATA, envelope, data), failure -> {
            if (failure == null) {
                work.complete();
            } else {
                work.fail(unsent(peer, failure));
            }
        });
        return work;
    }

    private @Nullable CollectiveException refusal(int peer) {
        CollectiveException mine = ended.get();
        return mine != null ? mine : lost.get(peer);
    }

    private CollectiveException unsent(int peer, Throwable cause) {
        CollectiveException known = refusal(peer);
        return known != null ? known : PeerLostException.of(peer, address(peer), "it closed the connection", cause);
    }

    private Channel channel(int peer) {
        Channel channel = channels.get(peer);
        if (channel == null) {
            throw new IllegalArgumentException("rank " + rank + " has no connection to itself");
        }
        return channel;
    }

    /** {@return heads and payloads in turn; payloads are the message's own memory, heads carry the checksums} */
    private List<ByteBuf> frames(Frame.Kind kind, Envelope envelope, MemorySegment data) {
        FrameCodec codec = new FrameCodec(identity, generation);
        List<ByteBuf> frames = new ArrayList<>();
        long at = 0;
        do {
            Frame frame = Frame.chunk(kind, envelope, data.byteSize(), at);
            ByteBuffer payload = data.asSlice(at, frame.payloadBytes()).asByteBuffer();
            ByteBuf head = PooledByteBufAllocator.DEFAULT.directBuffer(FrameCodec.BYTES);
            codec.encode(frame, payload, head.nioBuffer(0, FrameCodec.BYTES));
            frames.add(head.writerIndex(FrameCodec.BYTES));
            frames.add(Unpooled.wrappedBuffer(payload));
            at += frame.payloadBytes();
        } while (at < data.byteSize());
        return frames;
    }

    private static void write(Channel channel, List<ByteBuf> frames, Consumer<@Nullable Throwable> then) {
        try {
            channel.eventLoop().execute(() -> {
                for (ByteBuf frame : frames.subList(0, frames.size() - 1)) {
                    var _ = channel.write(frame, channel.voidPromise());
                }
                var _ = channel.writeAndFlush(frames.getLast()).addListener(sent -> then.accept(sent.cause()));
            });
        } catch (RejectedExecutionException closed) { // The endpoint, and the channel with it, is closed.
            frames.forEach(ByteBuf::release);
            then.accept(closed);
        }
    }

    @Override
    public PendingWork receive(int peer, Envelope envelope, LongFunction<MemorySegment> target) {
        return mailbox.receive(peer, envelope, target);
    }

    // What follows up to abort is called by the connections' readers.

    FrameReader reader(int peer) {
        return new FrameReader(
                new FrameCodec(identity, generation),
                new Receptions(mailbox, peer),
                farewell -> farewell(peer, Farewell.decode(farewell)));
    }

    /** Stops reading from a peer that is far ahead, until something of it is awaited again. */
    void arrived(int peer) {
        if (mailbox.isSaturated(peer)) {
            channel(peer).config().setAutoRead(false);
            if (!mailbox.isSaturated(peer)) {
                resume(peer);
            }
        }
    }

    private void resume(int peer) {
        Channel channel = channels.get(peer);
        if (channel != null) {
            channel.config().setAutoRead(true);
        }
    }

    private void farewell(int peer, CollectiveException reason) {
        lose(peer, PeerLostException.passedOn(peer, address(peer), reason));
    }

    void lost(int peer, String what, @Nullable Throwable cause) {
        lose(peer, PeerLostException.of(peer, address(peer), what, cause));
    }

    private void lose(int peer, PeerLostException reason) {
        if (lost.compareAndSet(peer, null, reason)) {
            mailbox.lose(peer, reason);
        }
    }

    @Override
    public boolean abort(CollectiveException reason) {
        if (ended.compareAndSet(null, reason)) {
            mailbox.close(reason);
            sayFarewell(reason);
        }
        return awaitClosed();
    }

    private void sayFarewell(CollectiveException reason) {
        MemorySegment text = MemorySegment.ofArray(Farewell.encode(reason));
        for (Channel channel : channels) {
            if (channel != null && channel.isOpen()) {
                write(channel, frames(Frame.Kind.FAREWELL, NO_MESSAGE, text), _ -> end(channel));
                var _ = channel.eventLoop().schedule(() -> end(channel), FAREWELL_MILLIS, TimeUnit.MILLISECONDS);
            }
        }
    }

    private static void end(Channel channel) {
        var _ = channel.close();
    }

    /** A closed channel has let go of everything it was to write. */
    private boolean awaitClosed() {
        boolean quiet = true;
        for (Channel channel : channels) {
            if (channel != null) {
                ChannelFuture closed = channel.closeFuture();
                quiet &= closed.awaitUninterruptibly(QUIET_MILLIS, TimeUnit.MILLISECONDS);
            }
        }
        return quiet;
    }

    @Override
    public void close() {
        abort(new GroupAbortedException("rank " + rank + " closed generation " + generation));
    }
}
