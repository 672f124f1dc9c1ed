package dev.lockstep.collectives.transport;

/**
 * How a thread waits for the end of a work. It may do meanwhile what brings the end about, such as moving messages, so
 * that a short wait costs no hand-over between threads.
 */
@FunctionalInterface
public interface Waiter {
    /** Sleeps until somebody else ends the work. */
    Waiter SLEEPING = PendingWork::sleep;

    /**
     * Waits until the work has ended, well or not.
     *
     * @return whether it has, within the time
     * @throws InterruptedException if the thread is interrupted
     */
    boolean await(PendingWork work, long timeoutNanos) throws InterruptedException;
}
