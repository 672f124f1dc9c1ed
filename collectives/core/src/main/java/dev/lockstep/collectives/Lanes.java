package dev.lockstep.collectives;

import dev.lockstep.collectives.transport.PendingWork;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The threads that run a group's collectives, in the order of their calls. The oldest collective that has not ended
 * runs on every rank that called it, so a few threads are enough for any number of calls. The first failure ends all.
 * Thread-safe.
 *
 * <pre>
 * Note [When a lane wakes]: most small collectives are awaited at once, and then run by whoever waits. To wake a lane
 * for each of them, only to find it begun, cost a third of the processors' time between 4 ranks on 2 of them. So a
 * lane that has nothing to do looks again in growing intervals for a while, and only then sleeps; a small collective
 * wakes lanes that sleep and waits for those that look. A big one, which its caller may want to see under way while he
 * goes on, wakes a lane in any case.
 * </pre>
 */
final class Lanes {
    private static final int QUEUE_LIMIT = 4096;
    private static final Duration QUIET_WITHIN = Duration.ofSeconds(10);
    private static final long FIRST_DOZE_NANOS = 100_000;
    private static final long LAST_DOZE_NANOS = 800_000;

    private final String name;
    private final int count;
    private final Duration patience;
    private final Consumer<CollectiveException> onFailure;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition submitted = lock.newCondition();
    private final Condition quiet = lock.newCondition();

    // Guarded by the lock.
    private final Queue<LaneTask> queue = new ArrayDeque<>();
    private final Set<PendingWork> pending = new HashSet<>();
    private int threads;
    private int dozing;
    private int sleeping;
    private int running;
    private boolean closed;
    private @Nullable CollectiveException failure;

    /**
     * Makes the lanes of one group; their threads start when needed.
     *
     * @param patience how long a collective may take; who waits for one at least as long may run it
     * @param onFailure told the first failures of collectives, on the threads that ran them, before any work fails
     */
    Lanes(String name, int count, Duration patience, Consumer<CollectiveException> onFailure) {
        this.name = name;
        this.count = count;
        this.patience = patience;
        this.onFailure = onFailure;
    }

    /**
     * Queues a collective.
     *
     * @param task what it is called in messages, asked only then
     * @param atOnce whether it begins even if nobody waits for it soon
     */
    PendingWork submit(Object task, boolean atOnce, Runnable collective) {
        LaneTask next = new LaneTask(task, collective, patience, this::run);
        lock.lock();
        try {
            CollectiveException refusal = refusal(task);
            if (refusal != null) {
                next.work().fail(refusal);
                return next.work();
            }
            pending.add(next.work());
            queue.add(next);
            if (atOnce || dozing == 0) {
                wake();
            }
        } finally {
            lock.unlock();
        }
        return next.work();
    }

    private @Nullable CollectiveException refusal(Object task) {
        dropSettled();
        if (failure != null) {
            return failure.during(task.toString());
        }
        if (queue.size() == QUEUE_LIMIT) {
            return new GroupAbortedException(task + ": more than " + QUEUE_LIMIT + " collectives wait");
        }
        return closed ? new GroupAbortedException(task + ": the group is closed") : null;
    }

    private void dropSettled() {
        for (LaneTask oldest = queue.peek(); oldest != null && oldest.isSettled(); oldest = queue.peek()) {
            queue.remove();
        }
    }

    private void wake() {
        if (queue.size() > dozing + sleeping && threads < count) {
            Thread.ofPlatform().daemon().name(name + "-lane-" + threads++).start(this::serve);
        } else {
            submitted.signal();
        }
    }

    private void serve() {
        try {
            for (LaneTask task = next(); task != null; task = next()) {
                task.run();
            }
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt(); // Whoever interrupts a lane has failed the group.
        }
    }

    /** {@return the next collective, once there is one, or null at the end} */
    private @Nullable LaneTask next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long doze = FIRST_DOZE_NANOS;
            while (isEmpty() && !closed) {
                boolean sleeps = doze > LAST_DOZE_NANOS;
                rest(sleeps, 1);
                try {
                    var _ = submitted.awaitNanos(sleeps ? Long.MAX_VALUE : doze);
                } finally {
                    rest(sleeps, -1);
                }
                doze = sleeps ? FIRST_DOZE_NANOS : 2 * doze;
            }
            return queue.poll();
        } finally {
            lock.unlock();
        }
    }

    private boolean isEmpty() {
        dropSettled();
        return queue.isEmpty();
    }

    /** Takes note of a lane more, or less, that rests. */
    private void rest(boolean sleeps, int more) {
        if (sleeps) {
            sleeping += more;
        } else {
            dozing += more;
        }
    }

    private void run(LaneTask task) {
        if (!begin(task.work())) {
            return;
        }
        try {
            task.collective().run();
            task.work().complete();
        } catch (CollectiveException e) {
            failAll(e.during(task.work().toString()));
        } catch (RuntimeException | Error e) { // The thread's edge: whatever it is, the group is told.
            failAll(new GroupAbortedException(task.work() + ": failed in this process: " + e, e));
        } finally {
            end(task.work());
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

    private void end(PendingWork work) {
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
        if (!hasFailed()) {
            onFailure.accept(reason);
        }
        fail(reason);
    }

    private boolean hasFailed() {
        lock.lock();
        try {
            return failure != null;
        } finally {
            lock.unlock();
        }
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
        lock.lock();
        try {
            closed = true;
            submitted.signalAll();
            long left = QUIET_WITHIN.toNanos();
            while ((running > 0 || !isEmpty()) && left > 0) {
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
