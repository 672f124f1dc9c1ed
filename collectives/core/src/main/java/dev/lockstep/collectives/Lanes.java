package dev.lockstep.collectives;

import dev.lockstep.collectives.transport.PendingWork;
import dev.lockstep.collectives.transport.Waiter;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The threads that run a group's collectives, in the order of their calls. The oldest collective that has not ended
 * runs on every rank that called it, so a few threads are enough for any number of calls. The first failure ends all.
 * Thread-safe.
 */
final class Lanes {
    private static final int QUEUE_LIMIT = 4096;
    private static final Duration QUIET_WITHIN = Duration.ofSeconds(10);

    private final ThreadPoolExecutor executor;
    private final Duration patience;
    private final Consumer<CollectiveException> onFailure;
    private final Set<PendingWork> pending = new HashSet<>();
    private @Nullable CollectiveException failure;

    /**
     * Makes the lanes of one group; their threads start when needed.
     *
     * @param patience how long a collective may take; who waits for one at least as long may run it
     * @param onFailure told the first failure of a collective, on the thread that ran it
     */
    Lanes(String name, int count, Duration patience, Consumer<CollectiveException> onFailure) {
        this.patience = patience;
        this.onFailure = onFailure;
        this.executor = new ThreadPoolExecutor(
                count,
                count,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(QUEUE_LIMIT),
                Thread.ofPlatform().daemon().name(name + "-lane-", 0).factory());
    }

    /**
     * One collective. Whoever waits for it before a lane has begun it runs it itself, which spares a short one two
     * hand-overs between threads.
     */
    private final class Task implements Runnable, Waiter {
        private final Runnable collective;
        private final PendingWork work;
        private final AtomicBoolean begun = new AtomicBoolean();

        Task(String name, Runnable collective) {
            this.collective = collective;
            this.work = new PendingWork(name, this);
        }

        @Override
        public void run() {
            if (begun.compareAndSet(false, true)) {
                Lanes.this.run(work.toString(), collective, work);
            }
        }

        @Override
        public boolean await(PendingWork awaited, long timeoutNanos) throws InterruptedException {
            if (timeoutNanos >= patience.toNanos() && !Thread.currentThread().isInterrupted()) {
                run();
            }
            return awaited.sleep(timeoutNanos);
        }
    }

    /** Queues a collective. */
    PendingWork submit(String name, Runnable collective) {
        Task task = new Task(name, collective);
        PendingWork work = task.work;
        synchronized (this) {
            if (failure != null) {
                work.fail(failure.during(name));
                return work;
            }
            pending.add(work);
        }
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            CollectiveException now = failure();
            work.fail(
                    now != null
                            ? now
                            : new GroupAbortedException(name + ": more than " + QUEUE_LIMIT + " collectives wait", e));
        }
        return work;
    }

    private synchronized @Nullable CollectiveException failure() {
        return failure;
    }

    private void run(String name, Runnable collective, PendingWork work) {
        if (work.isDone()) {
            return;
        }
        try {
            collective.run();
            work.complete();
        } catch (CollectiveException e) {
            failAll(e.during(name));
        } catch (RuntimeException | Error e) { // The thread's edge: whatever it is, the group is told.
            failAll(new GroupAbortedException(name + ": failed in this process: " + e, e));
        }
        synchronized (this) {
            pending.remove(work);
        }
    }

    private void failAll(CollectiveException reason) {
        if (fail(reason)) {
            onFailure.accept(reason);
        }
    }

    /**
     * Fails all pending and later collectives.
     *
     * @return whether this was the first failure
     */
    boolean fail(CollectiveException reason) {
        List<PendingWork> failed;
        synchronized (this) {
            if (failure != null) {
                return false;
            }
            failure = reason;
            failed = List.copyOf(pending);
            pending.clear();
        }
        failed.forEach(work -> work.fail(reason));
        return true;
    }

    /** {@return whether no collective runs or waits} */
    synchronized boolean isIdle() {
        return pending.stream().allMatch(PendingWork::isDone);
    }

    /** {@return whether, within a bound, no collective runs any more; the lanes accept none after this} */
    boolean awaitQuiet() {
        executor.shutdown();
        try {
            return executor.awaitTermination(QUIET_WITHIN.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
