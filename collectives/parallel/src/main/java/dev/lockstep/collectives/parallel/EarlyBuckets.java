package dev.lockstep.collectives.parallel;

import dev.lockstep.collectives.CollectiveException;
import java.util.BitSet;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Starts the sums of buckets while others are still being computed, in the order of the buckets, on a thread of its
 * own: before a bucket's sum all workers say what they have of it, and the threads that compute do not wait for that.
 * Which buckets it starts is a matter of time; the order of the collectives is not. Thread-safe.
 */
final class EarlyBuckets implements AutoCloseable {
    private final BitSet ready = new BitSet();
    private @Nullable Thread thread;
    private @Nullable DividedStep step;
    private @Nullable Throwable failure;
    private boolean busy;
    private boolean closed;

    /**
     * Says that this worker has all it can have of a bucket.
     *
     * @param begin makes the step that it belongs to, if none is under way
     */
    synchronized void ready(int bucket, Supplier<DividedStep> begin) {
        if (step == null) {
            step = begin.get();
        }
        ready.set(bucket);
        if (thread == null) {
            thread = Thread.ofPlatform().daemon().name("lockstep-buckets").start(this::run);
        }
        notifyAll();
    }

    private void run() {
        for (DividedStep next = takeTurn(); next != null; next = takeTurn()) {
            @Nullable Throwable failed = null;
            try {
                next.start();
            } catch (RuntimeException | Error e) { // The thread's edge: thrown again by end().
                failed = e;
            }
            endTurn(failed);
        }
    }

    /** {@return the step whose next bucket may be started; null when closed} */
    private synchronized @Nullable DividedStep takeTurn() {
        try {
            while (!closed && !hasTurn()) {
                wait();
            }
        } catch (InterruptedException stop) {
            closed = true;
        }
        busy = !closed;
        return closed ? null : step;
    }

    private boolean hasTurn() {
        DividedStep current = step;
        return current != null && failure == null && current.mayStart() && ready.get(current.next());
    }

    private synchronized void endTurn(@Nullable Throwable failed) {
        failure = failed;
        busy = false;
        notifyAll();
    }

    /**
     * Ends the early part of a step: when this returns nothing is being started any more.
     *
     * @return the step as far as it came, owned by the caller; empty if no bucket was ready
     * @throws CollectiveException if a peer was lost or the group given up meanwhile
     */
    synchronized Optional<DividedStep> end() {
        DividedStep ended = step;
        rest();
        step = null;
        ready.clear();
        Throwable failed = failure;
        failure = null;
        if (failed != null && ended != null) {
            ended.close();
        }
        if (failed instanceof Error error) {
            throw error;
        }
        if (failed != null) {
            throw (RuntimeException) failed;
        }
        return Optional.ofNullable(ended);
    }

    /** Waits until no bucket is being started, which the group's bound on every wait bounds, and lets none begin. */
    private void rest() {
        ready.clear();
        boolean interrupted = false;
        while (busy) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        rest();
        if (step != null) {
            step.close();
            step = null;
        }
        notifyAll();
    }
}
