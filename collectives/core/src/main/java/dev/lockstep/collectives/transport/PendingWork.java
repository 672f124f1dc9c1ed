package dev.lockstep.collectives.transport;

import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.collectives.CollectiveTimeoutException;
import dev.lockstep.collectives.GroupAbortedException;
import dev.lockstep.collectives.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A work that someone ends by hand; only the first end counts. Thread-safe. */
public final class PendingWork implements Work {
    private final Object name;
    private final Waiter waiter;
    private volatile boolean ended;
    private volatile @Nullable CollectiveException failure;

    // Guarded by this. Most works end before anyone listens or sleeps.
    private @Nullable CountDownLatch latch;
    private List<Runnable> listeners = List.of();

    /** Makes a work under way; the name says in errors what was awaited. */
    public PendingWork(Object name) {
        this(name, Waiter.SLEEPING);
    }

    /** Makes a work under way whose waits are {@code waiter}'s affair; the name is made a text only when needed. */
    public PendingWork(Object name, Waiter waiter) {
        this.name = name;
        this.waiter = waiter;
    }

    /** {@return a work that has failed already} */
    public static PendingWork failed(String name, CollectiveException reason) {
        PendingWork work = new PendingWork(name);
        work.fail(reason);
        return work;
    }

    /** Ends the work well, unless it has ended. */
    public void complete() {
        end(null);
    }

    /** Ends the work with a reason, unless it has ended. */
    public void fail(CollectiveException reason) {
        end(reason);
    }

    private void end(@Nullable CollectiveException reason) {
        List<Runnable> told;
        synchronized (this) {
            if (ended) {
                return;
            }
            failure = reason;
            ended = true;
            if (latch != null) {
                latch.countDown();
            }
            told = listeners;
            listeners = List.of();
        }
        told.forEach(Runnable::run);
    }

    /** Runs {@code listener}, which must not wait, once the work has ended: on the thread that ends it, or here. */
    public void whenEnded(Runnable listener) {
        synchronized (this) {
            if (!ended) {
                listeners = listeners.isEmpty() ? new ArrayList<>(1) : listeners;
                listeners.add(listener);
                return;
            }
        }
        listener.run();
    }

    @Override
    public boolean isDone() {
        return ended;
    }

    /**
     * Waits until the work has ended, well or not.
     *
     * @return whether it has, within the time
     */
    public boolean awaitEnd(Duration timeout) {
        try {
            return isDone() || waiter.await(this, timeout.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GroupAbortedException("interrupted while waiting for " + name, e);
        }
    }

    /**
     * Sleeps until the work has ended, whatever its waiter.
     *
     * @return whether it has, within the time
     * @throws InterruptedException if the thread is interrupted
     */
    public boolean sleep(long timeoutNanos) throws InterruptedException {
        return ended || latch().await(timeoutNanos, TimeUnit.NANOSECONDS);
    }

    private synchronized CountDownLatch latch() {
        CountDownLatch there = latch;
        if (there == null) {
            there = new CountDownLatch(ended ? 0 : 1);
            latch = there;
        }
        return there;
    }

    @Override
    public void await(Duration timeout) {
        if (!awaitEnd(timeout)) {
            throw new CollectiveTimeoutException(name + " has not come within " + timeout.toMillis() + " ms");
        }
        CollectiveException reason = failure;
        if (reason != null) {
            throw reason;
        }
    }

    @Override
    public Optional<CollectiveException> error() {
        return isDone() ? Optional.ofNullable(failure) : Optional.empty();
    }

    @Override
    public String toString() {
        return name.toString();
    }
}
