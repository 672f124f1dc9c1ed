package dev.lockstep.collectives.transport;

import java.util.concurrent.locks.LockSupport;

/**
 * How to wait for another process that shares memory: spin while it may be about to come, then leave the processor to
 * it, then sleep longer and longer, so that ranks that outnumber the processors still progress and an idle wait costs
 * little. No futex: nobody needs to wake the waiter. Confined to one thread.
 */
public final class Backoff {
    private static final int SPINS = 2_000; // About 50 us.
    private static final int YIELDS = 400; // About as much again, if nobody else wants the processor.
    private static final int PATIENT_EVERY = 16; // Divides both.
    private static final long FIRST_PARK_NANOS = 20_000;
    private static final long LAST_PARK_NANOS = 1_000_000;

    private final int spins;
    private int pauses;
    private long parkNanos = FIRST_PARK_NANOS;

    /**
     * Makes a back-off.
     *
     * @param oversubscribed whether spinning would keep the processor from the one waited for
     */
    public Backoff(boolean oversubscribed) {
        this.spins = oversubscribed ? 0 : SPINS;
    }

    /** Begins again with the shortest pauses. */
    public void reset() {
        pauses = 0;
        parkNanos = FIRST_PARK_NANOS;
    }

    /** Lets some time pass: a little longer every time. Ends early if the thread is unparked or interrupted. */
    @SuppressWarnings("ThreadPriorityCheck") // Nothing but the scheduler can give the processor to another process.
    public void pause() {
        if (pauses < spins) {
            Thread.onSpinWait();
        } else if (pauses < spins + YIELDS) {
            Thread.yield();
        } else {
            LockSupport.parkNanos(parkNanos);
            parkNanos = Math.min(LAST_PARK_NANOS, 2 * parkNanos);
            return;
        }
        pauses++;
    }

    /** {@return whether now, not too often, is the time to look at clocks and for other news} */
    public boolean isPatient() {
        return pauses > spins && pauses % PATIENT_EVERY == 0;
    }
}
