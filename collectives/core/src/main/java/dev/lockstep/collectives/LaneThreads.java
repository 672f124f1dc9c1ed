package dev.lockstep.collectives;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The threads of some {@link Lanes}, and what waits for them, in the order of the calls. A thread starts when it is
 * needed. Thread-safe.
 *
 * <pre>
 * Note [When a lane wakes]: most small collectives are awaited at once, and then run by whoever waits. To wake a lane
 * for each of them, only to find it begun, cost a third of the processors' time between 4 ranks on 2 of them. So a
 * lane that has nothing to do looks again in growing intervals for a while, and only then sleeps; a small collective
 * wakes lanes that sleep and waits for those that look. A big one, which its caller may want to see under way while he
 * goes on, wakes a lane in any case.
 * </pre>
 */
final class LaneThreads {
    private static final int QUEUE_LIMIT = 4096;
    private static final long FIRST_DOZE_NANOS = 100_000;
    private static final long LAST_DOZE_NANOS = 800_000;

    private final String name;
    private final int count;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition submitted = lock.newCondition();

    // Guarded by the lock.
    private final Queue<LaneTask> queue = new ArrayDeque<>();
    private int threads;
    private int dozing;
    private int sleeping;
    private boolean closed;

    /** Makes up to {@code count} threads. */
    LaneThreads(String name, int count) {
        this.name = name;
        this.count = count;
    }

    /**
     * Queues a task.
     *
     * @param atOnce whether it begins even if nobody waits for it soon
     * @return why not, or null
     */
    @Nullable
    String add(LaneTask task, boolean atOnce) {
        lock.lock();
        try {
            dropSettled();
            if (closed) {
                return "the group is closed";
            }
            if (queue.size() == QUEUE_LIMIT) {
                return "more than " + QUEUE_LIMIT + " collectives wait";
            }
            queue.add(task);
            if (atOnce || dozing == 0) {
                wake();
            }
            return null;
        } finally {
            lock.unlock();
        }
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

    /** {@return the next task, once there is one, or null at the end} */
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

    /** Takes note of a lane more, or less, that rests. */
    private void rest(boolean sleeps, int more) {
        if (sleeps) {
            sleeping += more;
        } else {
            dozing += more;
        }
    }

    /** {@return whether nothing waits for a lane} */
    boolean isEmpty() {
        lock.lock();
        try {
            dropSettled();
            return queue.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Takes nothing more; the lanes end when nothing is left. */
    void close() {
        lock.lock();
        try {
            closed = true;
            submitted.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
