package dev.lockstep.collectives.netty;

import dev.lockstep.collectives.transport.Mailbox;
import dev.lockstep.collectives.transport.PendingWork;
import dev.lockstep.collectives.transport.Waiter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.Selector;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Moves the messages of one transport.
 *
 * <pre>
 * Note [Who moves messages]: handing a message from the thread that wants it to one that reads sockets, and back, costs
 * more than the message: some 10 us each where a processor is free, a time slice where none is. So whoever waits for a
 * work leads: it reads and writes all connections itself, first again and again, giving way to other threads between,
 * since what it waits for may need this very processor, then asleep in the selector. A thread of the pump's own leads
 * only while something is on its way and nobody waits; it looks whether that is so in growing intervals, for to wake it
 * with every message would cost as much again.
 *
 * Whoever queues a message tries to write it at once. The lock is only ever tried, never waited for: whoever holds it
 * looks once more after it has let go, if somebody has queued a message meanwhile. So a thread may queue messages while
 * it holds locks of its own, and code that runs when a work ends may do so, too.
 * </pre>
 */
final class TcpPump implements Waiter {
    private static final int TURNS = 200;
    private static final int UNASKED_TURNS = 20;
    private static final int FOLLOW_TURNS = 20;
    private static final long FOLLOW_NANOS = 1_000_000;
    private static final long FIRST_DOZE_NANOS = 100_000;
    private static final long LAST_DOZE_NANOS = 20_000_000;
    private static final long CHECK_MILLIS_MAX = 1_000;

    private final List<TcpLink> links;
    private final Mailbox mailbox;
    private final Selector selector;
    private final LongSupplier nanoTime;
    private final long checkMillis;
    private final ReentrantLock pumping = new ReentrantLock();
    private final ReentrantLock leading = new ReentrantLock();
    private final AtomicInteger waiters = new AtomicInteger();
    private final Thread thread;
    private volatile boolean dirty;
    private volatile boolean sending;
    private volatile boolean selecting;
    private volatile boolean asleep;
    private volatile boolean ended;

    TcpPump(String name, List<TcpLink> links, Mailbox mailbox, Selector selector, TcpOptions options) {
        this.links = links;
        this.mailbox = mailbox;
        this.selector = selector;
        this.nanoTime = options.nanoTime();
        this.checkMillis = Math.clamp(options.transferPatience().toMillis() / 4, 1, CHECK_MILLIS_MAX);
        this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Writes what was queued, unless another thread is about to. */
    void write() {
        dirty = true;
        if (!pumping.isHeldByCurrentThread()) {
            tryPump(false, false);
            rouse();
        }
    }

    /** Takes note that a message is awaited that is not there yet. */
    void demand() {
        rouse();
    }

    private void rouse() {
        if (selecting) {
            selector.wakeup();
        }
        if (asleep) {
            LockSupport.unpark(thread);
        }
    }

    /** {@return whether anything has moved} */
    private boolean tryPump(boolean reading, boolean unasked) {
        boolean any = false;
        while (pumping.tryLock()) {
            try {
                dirty = false;
                any |= !ended && pump(reading, unasked);
            } finally {
                pumping.unlock();
            }
            if (!dirty) {
                break;
            }
        }
        return any;
    }

    private boolean pump(boolean reading, boolean unasked) {
        boolean any = false;
        boolean left = false;
        for (TcpLink link : links) {
            if (link.lost() == null) {
                any |= reading ? link.pump(unasked) : link.write();
                left |= link.isSending();
            }
        }
        sending = left;
        return any;
    }

    private boolean isPending() {
        return sending || dirty || mailbox.isAwaiting();
    }

    @Override
    public boolean await(PendingWork work, long timeoutNanos) throws InterruptedException {
        long since = nanoTime.getAsLong();
        waiters.incrementAndGet();
        try {
            boolean followed = false;
            while (!work.isDone()) {
                long left = timeoutNanos - (nanoTime.getAsLong() - since);
                if (left <= 0 || ended) {
                    return work.sleep(Math.max(0, left));
                }
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                if (!followed) {
                    followed = true;
                    work.whenEnded(this::rouse);
                }
                turn(work, left);
            }
            return true;
        } finally {
            if (waiters.decrementAndGet() == 0 && isPending()) {
                LockSupport.unpark(thread);
            }
        }
    }

    private void turn(PendingWork work, long leftNanos) throws InterruptedException {
        if (tryLeading(work)) {
            try {
                lead(work::isDone, leftNanos);
            } finally {
                leading.unlock();
            }
        } else {
            rouse();
            work.sleep(Math.min(leftNanos, FOLLOW_NANOS));
        }
    }

    /** The pump's own thread steps back when somebody waits, which takes it a moment. */
    private boolean tryLeading(PendingWork work) {
        for (int turn = 0; turn < FOLLOW_TURNS && !work.isDone(); turn++) {
            if (leading.tryLock()) {
                return true;
            }
            giveWay();
        }
        return leading.tryLock();
    }

    /** Moves messages until it is enough, the time is over or the thread is interrupted. */
    private void lead(BooleanSupplier enough, long nanos) {
        long since = nanoTime.getAsLong();
        int idle = 0;
        while (!enough.getAsBoolean() && !ended) {
            if (tryPump(true, idle > UNASKED_TURNS)) {
                idle = 0;
            } else if (idle < TURNS) {
                giveWay();
                idle++;
            } else {
                long left = nanos - (nanoTime.getAsLong() - since);
                if (left <= 0 || Thread.currentThread().isInterrupted()) {
                    return;
                }
                select(Math.clamp(left / 1_000_000, 1, checkMillis));
                checkTime();
            }
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // Nothing but the scheduler can give the processor to a peer's process.
    private static void giveWay() {
        Thread.yield();
    }

    /** Sleeps until a connection can be read or written, a message is queued or awaited, or a work ends. */
    private void select(long millis) {
        selecting = true;
        try {
            if (pumping.tryLock()) {
                try {
                    links.stream().filter(link -> link.lost() == null).forEach(link -> link.await(true));
                } finally {
                    pumping.unlock();
                }
                if (!dirty && !ended) {
                    selector.select(millis);
                    selector.selectedKeys().clear();
                }
            }
        } catch (ClosedSelectorException closed) {
            assert ended : "the selector is closed at the end only";
        } catch (IOException broken) {
            throw new UncheckedIOException("waiting for connections failed", broken);
        } finally {
            selecting = false;
        }
    }

    private void checkTime() {
        if (pumping.tryLock()) {
            try {
                links.forEach(TcpLink::checkTime);
            } finally {
                pumping.unlock();
            }
        }
    }

    private void run() {
        long doze = FIRST_DOZE_NANOS;
        while (!ended) {
            if (waiters.get() == 0 && isPending() && leading.tryLock()) {
                try {
                    lead(() -> waiters.get() > 0 || !isPending(), Long.MAX_VALUE);
                } finally {
                    leading.unlock();
                }
                doze = FIRST_DOZE_NANOS;
            } else if (doze <= LAST_DOZE_NANOS) {
                LockSupport.parkNanos(this, doze);
                doze *= 2;
            } else {
                sleep();
                doze = FIRST_DOZE_NANOS;
            }
        }
    }

    private void sleep() {
        asleep = true;
        while (!ended && (waiters.get() > 0 || !isPending())) {
            LockSupport.park(this);
        }
        asleep = false;
    }

    /** {@return the lock under which connections are touched} */
    ReentrantLock pumping() {
        return pumping;
    }

    /** Ends the pump; whoever leads returns. */
    void end() {
        ended = true;
        selector.wakeup();
        LockSupport.unpark(thread);
    }
}
