package dev.lockstep.collectives.aeron;

import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.collectives.GroupAbortedException;
import dev.lockstep.collectives.transport.Envelope;
import dev.lockstep.collectives.transport.Farewell;
import dev.lockstep.collectives.transport.Mailbox;
import dev.lockstep.collectives.transport.MemberTransport;
import dev.lockstep.collectives.transport.PendingWork;
import dev.lockstep.collectives.transport.Signature;
import dev.lockstep.collectives.transport.Tag;
import dev.lockstep.collectives.transport.Waiter;
import dev.lockstep.collectives.wire.Frame;
import dev.lockstep.collectives.wire.Outgoing;
import dev.lockstep.collectives.wire.WireIdentity;
import io.aeron.Subscription;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** The streams of one worker to the others of its generation. Made by {@link AeronEndpoint#join}. */
final class AeronTransport extends MemberTransport {
    private static final long STASH_BYTES_MAX = 64L << 20;
    private static final long FAREWELL_NANOS = 200_000_000;
    private static final Envelope NO_MESSAGE =
            new Envelope(new Tag(0, -1, 0, 0), Signature.ofBytes(Signature.Kind.BARRIER, 0, 0));

    private final Member member;
    private final Mailbox mailbox;
    private final List<@Nullable AeronLink> links = new ArrayList<>();
    private final List<Subscription> incoming;
    private final AeronPump pump;
    private final AtomicReference<@Nullable CollectiveException> ended = new AtomicReference<>();
    private volatile boolean quiet;

    /** Who the worker is in its generation. */
    record Member(WireIdentity identity, AeronOptions options, long generation, int rank) {}

    /** Takes over the streams by rank; the entry of this rank is null. */
    AeronTransport(
            Member member,
            List<String> addresses,
            List<AeronLink.@Nullable Streams> streams,
            List<Subscription> incoming,
            AeronPump pump) {
        super(member.generation(), member.rank(), addresses);
        this.member = member;
        this.incoming = List.copyOf(incoming);
        this.pump = pump;
        this.mailbox = new Mailbox(addresses.size(), STASH_BYTES_MAX, _ -> {}, pump);
        for (int peer = 0; peer < streams.size(); peer++) {
            AeronLink.Streams pair = streams.get(peer);
            links.add(pair == null ? null : new AeronLink(peer, addresses.get(peer), pair, mailbox, member));
        }
    }

    @Override
    public Waiter waiter() {
        return pump;
    }

    @Override
    public PendingWork send(int peer, Envelope envelope, MemorySegment data) {
        AeronLink link = links.get(peer);
        if (link == null) {
            throw new IllegalArgumentException("rank " + peer + " has no connection to itself");
        }
        PendingWork work = new PendingWork("a message to rank " + peer, pump);
        link.queue(new Outgoing(Frame.Kind.DATA, envelope, data, work, link.chunkBytes()));
        CollectiveException mine = ended.get();
        CollectiveException refusal = mine != null ? mine : link.lost();
        if (refusal != null) {
            work.fail(refusal); // Whoever ended the link may have emptied its queue before.
        } else {
            pump.write();
        }
        return work;
    }

    @Override
    public PendingWork receive(int peer, Envelope envelope, LongFunction<MemorySegment> target) {
        return mailbox.receive(peer, envelope, target);
    }

    /** Moves what can be moved; only with the pump's lock. */
    boolean pump(boolean unasked) {
        boolean any = false;
        for (AeronLink link : links) {
            any |= link != null && ended.get() == null && link.lost() == null && link.pump(unasked);
        }
        return any;
    }

    @Override
    public boolean abort(CollectiveException reason) {
        if (ended.compareAndSet(null, reason)) {
            mailbox.close(reason);
        }
        return pump.locked(() -> {
            if (!quiet) {
                end(reason);
                quiet = true;
            }
            return true;
        });
    }

    private void end(CollectiveException reason) {
        MemorySegment text = MemorySegment.ofArray(Farewell.encode(reason));
        List<AeronLink> others =
                links.stream().filter(java.util.Objects::nonNull).toList();
        for (AeronLink link : others) {
            PendingWork said = new PendingWork("a farewell to rank " + link);
            link.queue(new Outgoing(Frame.Kind.FAREWELL, NO_MESSAGE, text, said, link.chunkBytes()));
        }
        long since = member.options().nanoTime().getAsLong();
        while (others.stream().anyMatch(AeronLink::isSending)
                && member.options().nanoTime().getAsLong() - since < FAREWELL_NANOS) {
            others.forEach(AeronLink::write);
            pump.invoke();
        }
        others.forEach(link -> link.fail(reason));
        others.forEach(AeronLink::close);
        incoming.forEach(Subscription::close);
        pump.invoke();
        pump.remove(this);
    }

    @Override
    public void close() {
        abort(new GroupAbortedException("rank " + rank() + " closed generation " + generation()));
    }
}
