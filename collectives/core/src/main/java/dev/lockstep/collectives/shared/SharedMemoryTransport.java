package dev.lockstep.collectives.shared;

import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.collectives.GroupAbortedException;
import dev.lockstep.collectives.PeerLostException;
import dev.lockstep.collectives.transport.Backoff;
import dev.lockstep.collectives.transport.Envelope;
import dev.lockstep.collectives.transport.Mailbox;
import dev.lockstep.collectives.transport.MemberTransport;
import dev.lockstep.collectives.transport.PendingWork;
import dev.lockstep.collectives.transport.Rooms;
import dev.lockstep.collectives.transport.Window;
import dev.lockstep.collectives.transport.Windows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Connects processes of one machine through mapped memory: collectives run in a {@link Window}, messages between two
 * ranks go through rings. A thread moves messages while any are on their way, and sleeps otherwise.
 */
final class SharedMemoryTransport extends MemberTransport {
    private static final long STASH_BYTES_MAX = 64L << 20;
    private static final long FAREWELL_NANOS = 200_000_000;

    private final int rank;
    private final List<SharedSegment> segments;
    private final SegmentRooms rooms;
    private final Arena arena;
    private final LongSupplier nanoTime;
    private final Windows windows;
    private final Mailbox mailbox;
    private final List<Outbox> outboxes = new ArrayList<>();
    private final List<Inbox> inboxes = new ArrayList<>();
    private final AtomicReferenceArray<@Nullable CollectiveException> lost;
    private final ReentrantLock pumping = new ReentrantLock();
    private final AtomicBoolean unmapped = new AtomicBoolean();
    private final Thread pump;
    private volatile @Nullable CollectiveException ended;
    private volatile boolean sending;

    /**
     * What the ranks share.
     *
     * @param segments by rank
     * @param rooms what is mapped later, when it is needed
     * @param arena what all is mapped in
     */
    record Mapped(List<SharedSegment> segments, SegmentRooms rooms, Arena arena) {}

    /** Takes over a generation's segments, all mapped. */
    SharedMemoryTransport(SharedSegment.Owner owner, List<String> addresses, Mapped mapped, LongSupplier nanoTime) {
        super(owner.generation(), owner.rank(), addresses);
        this.rank = owner.rank();
        this.segments = List.copyOf(mapped.segments());
        this.rooms = mapped.rooms();
        this.arena = mapped.arena();
        this.nanoTime = nanoTime;
        this.mailbox = new Mailbox(segments.size(), STASH_BYTES_MAX, _ -> {});
        this.lost = new AtomicReferenceArray<>(segments.size());
        this.windows = windows(nanoTime);
        SharedSegment own = segments.get(rank);
        for (int peer = 0; peer < segments.size(); peer++) {
            SharedSegment theirs = segments.get(peer);
            outboxes.add(new Outbox(new Ring(own.ring(peer), theirs.cursor(rank))));
            inboxes.add(new Inbox(new Ring(theirs.ring(rank), own.cursor(peer)), mailbox, peer));
        }
        this.pump = Thread.ofPlatform()
                .daemon()
                .name("shared-memory-" + generation() + "." + rank)
                .start(this::run);
    }

    private Windows windows(LongSupplier nanoTime) {
        List<MemorySegment> blocks =
                segments.stream().map(SharedSegment::window).toList();
        int cores = segments.stream().mapToInt(SharedSegment::cores).min().orElse(1);
        Window window =
                new Window(rank, blocks, SegmentLayout.of(segments.size()).slotBytes());
        return new Windows(window, new Rooms(rooms), peer -> segments.get(peer).farewell(), cores, nanoTime);
    }

    @Override
    public Optional<Windows> windows() {
        return Optional.of(windows);
    }

    @Override
    public PendingWork send(int peer, Envelope envelope, MemorySegment data) {
        PendingWork work = new PendingWork("a message to rank " + peer);
        pumping.lock();
        try {
            CollectiveException reason = ended != null ? ended : lost.get(peer);
            if (reason != null) {
                work.fail(reason);
                return work;
            }
            outboxes.get(peer).add(work, new MessageHead(envelope, data.byteSize()), data);
            pump();
        } finally {
            pumping.unlock();
        }
        LockSupport.unpark(work.isDone() ? null : pump);
        return work;
    }

    @Override
    public PendingWork receive(int peer, Envelope envelope, LongFunction<MemorySegment> target) {
        PendingWork work = mailbox.receive(peer, envelope, target);
        if (!work.isDone()) {
            tryPump();
        }
        LockSupport.unpark(work.isDone() ? null : pump);
        return work;
    }

    private void run() {
        Backoff backoff = new Backoff(windows.isOversubscribed());
        while (ended == null) {
            if (!sending && !mailbox.isAwaiting()) {
                LockSupport.park(this);
                backoff.reset();
            } else if (tryPump()) {
                backoff.reset();
            } else {
                backoff.pause();
            }
        }
    }

    private boolean tryPump() {
        if (!pumping.tryLock()) {
            return false;
        }
        try {
            return ended == null && pump();
        } finally {
            pumping.unlock();
        }
    }

    /** Moves what can be moved; returns whether anything was. Only with the lock, and before the end. */
    private boolean pump() {
        boolean any = false;
        boolean left = false;
        for (int peer = 0; peer < segments.size(); peer++) {
            if (peer != rank && lost.get(peer) == null) {
                any |= pump(peer);
                left |= !outboxes.get(peer).isEmpty();
            }
        }
        sending = left;
        return any;
    }

    private boolean pump(int peer) {
        // Asked for before the ring is read: what was written before a farewell is received.
        CollectiveException reason = segments.get(peer).farewell();
        boolean any = outboxes.get(peer).pump();
        try {
            any |= inboxes.get(peer).pump();
        } catch (IllegalStateException | IllegalArgumentException broken) {
            lose(peer, PeerLostException.of(peer, address(peer), "cannot be trusted: " + broken.getMessage(), broken));
            return true;
        }
        if (reason != null) {
            lose(peer, PeerLostException.passedOn(peer, address(peer), reason));
        }
        return any;
    }

    private void lose(int peer, PeerLostException reason) {
        lost.set(peer, reason);
        mailbox.lose(peer, reason);
        outboxes.get(peer).fail(reason);
    }

    @Override
    public boolean abort(CollectiveException reason) {
        pumping.lock();
        try {
            if (ended == null) {
                ended = reason;
                segments.get(rank).end(reason);
                mailbox.close(reason);
                outboxes.forEach(outbox -> outbox.fail(reason));
                LockSupport.unpark(pump);
            }
        } finally {
            pumping.unlock();
        }
        return true;
    }

    /** Unmaps everything; what was sent before the end lies in the rings, which the peers have mapped themselves. */
    @Override
    public void close() {
        long since = nanoTime.getAsLong();
        Backoff backoff = new Backoff(true);
        while (ended == null && sending && nanoTime.getAsLong() - since < FAREWELL_NANOS) {
            backoff.pause();
        }
        abort(new GroupAbortedException("rank " + rank + " closed generation " + generation()));
        if (unmapped.compareAndSet(false, true)) {
            rooms.removeNames();
            arena.close();
        }
    }

    /** {@return whose segments these are} */
    @Override
    public String toString() {
        return "shared memory of "
                + Arrays.toString(
                        IntStream.range(0, size()).mapToObj(this::address).toArray());
    }
}
