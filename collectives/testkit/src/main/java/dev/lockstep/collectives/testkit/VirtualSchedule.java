package dev.lockstep.collectives.testkit;

import dev.lockstep.collectives.transport.PendingWork;
import dev.lockstep.collectives.transport.Waiter;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Runs bodies and events in virtual time, one at a time and in an order that the seed alone decides. A body gives way
 * when it waits for a work; time passes only when all do. No body waits for ever: its time-out is an event as well.
 */
public final class VirtualSchedule implements Waiter {
    private static final int STEPS_MAX = 5_000_000;

    private final SplittableRandom random;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final List<Body> bodies = new ArrayList<>();
    private final Semaphore returned = new Semaphore(0);
    private long now;
    private long eventCount;
    private @Nullable Body current;

    /** Makes an empty schedule at time 0. */
    public VirtualSchedule(SplittableRandom random) {
        this.random = random;
    }

    private record Event(long nanos, long number, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(nanos, other.nanos);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    /** What one rank does, on a thread of its own that runs when it is told to. */
    private final class Body {
        private final Semaphore turn = new Semaphore(0);
        private @Nullable PendingWork awaited;
        private long deadline;
        private boolean ended;
        private @Nullable Throwable failure;

        Body(Runnable action) {
            Thread.ofVirtual().start(() -> {
                turn.acquireUninterruptibly();
                try {
                    action.run();
                } catch (RuntimeException | Error e) { // The thread's edge: the schedule throws it again.
                    failure = e;
                }
                ended = true;
                returned.release();
            });
        }

        boolean isReady() {
            return !ended && (awaited == null || awaited.isDone() || now >= deadline);
        }

        void run() {
            current = this;
            turn.release();
            returned.acquireUninterruptibly();
            current = null;
        }

        boolean await(PendingWork work, long timeoutNanos) {
            awaited = work;
            deadline = now + timeoutNanos;
            at(deadline, () -> {});
            returned.release();
            turn.acquireUninterruptibly();
            awaited = null;
            return work.isDone();
        }
    }

    /** {@return the virtual time} */
    public long now() {
        return now;
    }

    /** Lets something happen at a time, now at the earliest. */
    public void at(long nanos, Runnable action) {
        events.add(new Event(Math.max(now, nanos), eventCount++, action));
    }

    /** Adds a body; it begins with {@link #run}. */
    public void add(Runnable body) {
        bodies.add(new Body(body));
    }

    @Override
    public boolean await(PendingWork work, long timeoutNanos) {
        Body body = current;
        if (body == null) {
            throw new AssertionError(work + " is awaited outside of a body");
        }
        return body.await(work, timeoutNanos);
    }

    /**
     * Runs until all bodies have ended.
     *
     * @throws AssertionError if one of them throws, or there is no end to it
     */
    public void run() {
        for (int step = 0; step < STEPS_MAX; step++) {
            List<Body> ready = bodies.stream().filter(Body::isReady).toList();
            if (!ready.isEmpty()) {
                ready.get(random.nextInt(ready.size())).run();
            } else if (bodies.stream().allMatch(body -> body.ended)) {
                bodies.forEach(VirtualSchedule::check);
                return;
            } else {
                next();
            }
        }
        throw new AssertionError("no end after " + STEPS_MAX + " steps, at " + now + " ns");
    }

    private void next() {
        Event event = events.poll();
        if (event == null) {
            throw new AssertionError("bodies wait for nothing at " + now + " ns");
        }
        now = event.nanos();
        event.action().run();
    }

    private static void check(Body body) {
        if (body.failure != null) {
            throw new AssertionError("a body failed: " + body.failure, body.failure);
        }
    }
}
