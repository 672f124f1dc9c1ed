package dev.lockstep.collectives.aeron;

import dev.lockstep.collectives.transport.Backoff;
import dev.lockstep.collectives.transport.PendingWork;
import dev.lockstep.collectives.transport.Waiter;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Runs Aeron's driver and client and moves the messages of an endpoint's transports. Whoever waits does so itself; a
 * thread of its own does so at leisure, so that Aeron's own time-outs are kept. The lock is only ever tried where a
 * message is queued, so that code which runs when a work ends may queue messages, whatever locks it holds.
 */
final class AeronPump implements Waiter {
    private static final long LEISURE_NANOS = 500_000;
    private static final long PAUSE_NANOS = 100_000;
    private static final long JOIN_MILLIS = 5_000;

    private final IntSupplier aeron;
    private final LongSupplier nanoTime;
    private final List<AeronTransport> transports = new CopyOnWriteArrayList<>();
    private final ReentrantLock pumping = new ReentrantLock();
    private volatile boolean dirty;
    private volatile boolean ended;
    private volatile Thread thread = Thread.currentThread();

    /** Makes a pump; {@code aeron} runs the client, and the driver if it is in here. */
    AeronPump(IntSupplier aeron, LongSupplier nanoTime) {
        this.aeron = aeron;
        this.nanoTime = nanoTime;
    }

    void start(String name) {
        thread = Thread.ofPlatform().daemon().name(name).start(this::run);
    }

    /** Does something that nothing else of Aeron may run beside. */
    <T> T locked(Supplier<T> action) {
        pumping.lock();
        try {
            return action.get();
        } finally {
            pumping.unlock();
        }
    }

    void add(AeronTransport transport) {
        transports.add(transport);
    }

    void remove(AeronTransport transport) {
        transports.remove(transport);
    }

    /** Lets a little time pass. */
    void pause() {
        tryPump(false);
        LockSupport.parkNanos(PAUSE_NANOS);
    }

    /** Runs the client, and the driver if it is in here; the lock must be held. */
    int invoke() {
        return ended ? 0 : aeron.getAsInt();
    }

    /** Moves what was queued, unless another thread is about to. */
    void write() {
        dirty = true;
        if (!pumping.isHeldByCurrentThread()) {
            tryPump(false);
        }
    }

    private boolean tryPump(boolean unasked) {
        boolean any = false;
        while (pumping.tryLock()) {
            try {
                dirty = false;
                any |= !ended && pump(unasked);
            } finally {
                pumping.unlock();
            }
            if (!dirty) {
                break;
            }
        }
        return any;
    }

    private boolean pump(boolean unasked) {
        boolean any = invoke() > 0;
        for (AeronTransport transport : transports) {
            any |= transport.pump(unasked);
        }
        return any;
    }

    @Override
    public boolean await(PendingWork work, long timeoutNanos) throws InterruptedException {
        long since = nanoTime.getAsLong();
        Backoff backoff = new Backoff(true);
        while (!work.isDone()) {
            if (nanoTime.getAsLong() - since >= timeoutNanos) {
                return work.isDone();
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (tryPump(backoff.isPatient())) {
                backoff.reset();
            } else {
                backoff.pause();
            }
        }
        return true;
    }

    private void run() {
        while (!ended) {
            if (!tryPump(true)) {
                LockSupport.parkNanos(this, LEISURE_NANOS);
            }
        }
    }

    /** Ends all transports and the thread. */
    void end() {
        transports.forEach(AeronTransport::close);
        ended = true;
        LockSupport.unpark(thread);
        try {
            thread.join(JOIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        boolean seen = locked(() -> ended); // Whoever pumps has seen the end when this returns.
        assert seen : "nobody takes the end back";
    }
}
