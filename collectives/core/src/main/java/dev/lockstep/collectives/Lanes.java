package dev.lockstep.collectives;

import dev.lockstep.collectives.transport.PendingWork;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Runs a group's collectives on threads, in the order of their calls. The oldest collective that has not ended runs on
 * every rank that called it, so a few threads are enough for any number of calls. The first failure ends all.
 * Thread-safe.
 */
final class Lanes {
    private static final Duration QUIET_WITHIN = Duration.ofSeconds(10);

    private final LaneThreads threads;
    private final Duration patience;
    private final SharedFate fate;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition quiet = lock.newCondition();

    // Guarded by the lock.
    private final Set<PendingWork> pending = new HashSet<>();
    private int running;
    private @Nullable CollectiveException failure;

    /**
     * Makes the lanes of one group; their threads start when needed.
     *
     * @param patience how long a collective may take; who waits for one at least as long may run it
     * @param fate hears of the first failure before any work fails
     */
    Lanes(String name, int count, Duration patience, SharedFate fate) {
        this.threads = new LaneThreads(name, count);
        this.patience = patience;
        this.fate = fate;
    }

    /**
     * Queues a collective. Where that cannot be, all fail: the ranks would not be in step any more.
     *
     * @param task what it is called in messages, asked only then
     * @param atOnce whether it begins even if nobody waits for it soon
     */
    PendingWork submit(Object task, boolean atOnce, Runnable collective) {
        LaneTask next = new LaneTask(task, collective, patience, this::run);
        CollectiveException before = enlist(next.work());
        if (before != null) {
            next.work().fail(before.during(task.toString()));
            return next.work();
        }
        String refusal = threads.add(next, atOnce);
        if (refusal != null) {
            failAll(new GroupAbortedException(task + ": " + refusal));
        }
        return next.work();
    }

    /** Takes note of a work under way; returns what has failed before, if anything has. */
    private @Nullable CollectiveException enlist(PendingWork work) {
        lock.lock();
        try {
            CollectiveException before = failed();
            if (before == null) {
                pending.add(work);
            }
            return before;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable CollectiveException failed() {
        return failure != null ? failure : fate.reason();
    }

    private void run(LaneTask task) {
        if (!begin(task.work())) {
            return;
        }
        try {
            task.collective().run();
            end(task.work());
        } catch (CollectiveException e) {
            failAll(e.during(task.work().toString()));
        } catch (RuntimeException | Error e) { // The thread's edge: whatever it is, the group is told.
            failAll(new GroupAbortedException(task.work() + ": failed in this process: " + e, e));
        } finally {
            forget(task.work());
        }
    }

    private boolean begin(PendingWork work) {
        lock.lock();
        try {
            boolean wanted = !work.isDone();
            running += wanted ? 1 : 0;
            return wanted;
        } finally {
            lock.unlock();
        }
    }

    /** Ends a work that has done what it should: well, unless something of this fate has failed meanwhile. */
    private void end(PendingWork work) {
        CollectiveException before = fate.reason();
        if (before == null) {
            work.complete();
        } else {
            work.fail(before.during(work.toString()));
        }
    }

    private void forget(PendingWork work) {
        lock.lock();
        try {
            pending.remove(work);
            running--;
            quiet.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whoever waits here must find all groups of this fate failed when it goes on, so they hear of it first. */
    private void failAll(CollectiveException reason) {
        fate.fail(reason);
        fail(reason);
    }

    /**
     * Fails all pending and later collectives.
     *
     * @return whether this was the first failure
     */
    boolean fail(CollectiveException reason) {
        List<PendingWork> failed;
        lock.lock();
        try {
            if (failure != null) {
                return false;
            }
            failure = reason;
            failed = List.copyOf(pending);
            pending.clear();
        } finally {
            lock.unlock();
        }
        failed.forEach(work -> work.fail(reason));
        return true;
    }

    /** {@return whether no collective runs or waits} */
    boolean isIdle() {
        lock.lock();
        try {
            return pending.stream().allMatch(PendingWork::isDone);
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether, within a bound, no collective runs any more; the lanes accept none after this} */
    boolean awaitQuiet() {
        threads.close();
        lock.lock();
        try {
            long left = QUIET_WITHIN.toNanos();
            while ((running > 0 || !threads.isEmpty()) && left > 0) {
                left = quiet.awaitNanos(left);
            }
            return running == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }
}
