package dev.lockstep.collectives;

import dev.lockstep.collectives.transport.PendingWork;
import dev.lockstep.collectives.transport.Waiter;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * One collective of some lanes. Whoever waits for it before a lane has begun it runs it itself, which spares a short
 * one two hand-overs between threads. Thread-safe.
 */
final class LaneTask implements Waiter {
    private final Runnable collective;
    private final Duration patience;
    private final Consumer<LaneTask> runner;
    private final PendingWork work;
    private final AtomicBoolean begun = new AtomicBoolean();

    /**
     * Makes a task.
     *
     * @param name what it is called in messages, asked only then
     * @param patience how long it may take; who waits at least as long may run it
     * @param runner calls {@link #collective} and ends {@link #work}
     */
    LaneTask(Object name, Runnable collective, Duration patience, Consumer<LaneTask> runner) {
        this.collective = collective;
        this.patience = patience;
        this.runner = runner;
        this.work = new PendingWork(name, this);
    }

    Runnable collective() {
        return collective;
    }

    PendingWork work() {
        return work;
    }

    /** {@return whether no lane need run it: somebody has begun it, or it has failed before} */
    boolean isSettled() {
        return begun.get() || work.isDone();
    }

    /** Runs the collective, unless somebody has begun it. */
    void run() {
        if (begun.compareAndSet(false, true)) {
            runner.accept(this);
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
