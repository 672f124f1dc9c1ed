package dev.lockstep.cluster.testkit;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * A clock that only moves to the next thing to do, and the chance that spreads things over it. One seed, one schedule.
 * Confined to one thread.
 */
public final class VirtualTime {

    private record Entry(long atNanos, long sequence, Runnable action) {}

    private final PriorityQueue<Entry> queue =
            new PriorityQueue<>(Comparator.comparingLong(Entry::atNanos).thenComparingLong(Entry::sequence));
    private final SplittableRandom random;
    private long nowNanos;
    private long sequence;

    /**
     * Starts a clock at zero.
     *
     * @param seed decides every later choice
     */
    public VirtualTime(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** {@return the time in nanoseconds since the start} */
    public long nowNanos() {
        return nowNanos;
    }

    /** {@return where random choices come from} */
    public SplittableRandom random() {
        return random;
    }

    /**
     * Draws a span of time.
     *
     * @param max the longest
     * @return nanoseconds, uniform from 1 to the longest
     */
    public long within(Duration max) {
        return 1 + random.nextLong(max.toNanos());
    }

    /**
     * Plans an action; those for the same time run in the order of planning.
     *
     * @param atNanos when, not before now
     * @param action what
     */
    public void at(long atNanos, Runnable action) {
        queue.add(new Entry(Math.max(atNanos, nowNanos), sequence++, action));
    }

    /**
     * Plans an action after a random delay.
     *
     * @param max the longest delay
     * @param action what
     */
    public void after(Duration max, Runnable action) {
        at(nowNanos + within(max), action);
    }

    /**
     * Runs all that is planned, and what that plans.
     *
     * @param actionsMax the bound
     * @throws AssertionError if more than this many actions come up
     */
    public void run(int actionsMax) {
        for (int actions = 0; !queue.isEmpty(); actions++) {
            if (actions >= actionsMax) {
                throw new AssertionError("more than " + actionsMax + " actions: the run does not end");
            }
            Entry next = queue.remove();
            nowNanos = next.atNanos();
            next.action().run();
        }
    }
}
