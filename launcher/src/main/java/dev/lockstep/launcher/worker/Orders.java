package dev.lockstep.launcher.worker;

import dev.lockstep.launcher.link.AgentMessage;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The newest generation that the agent told of. Thread-safe: the link's thread writes, the trainer's waits. */
final class Orders {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private AgentMessage.@Nullable Form newest;
    private long complete = Long.MAX_VALUE;
    private LongConsumer announced = _ -> {};
    private long hookGeneration;
    private @Nullable Runnable hook;

    /** Names who must hear at once of each generation announced; called from the link's thread. */
    void onAnnounced(LongConsumer listener) {
        lock.lock();
        try {
            announced = listener;
        } finally {
            lock.unlock();
        }
    }

    void formed(AgentMessage.Form form) {
        announce(() -> {
            newest = form;
            announced.accept(form.generation());
        });
    }

    void complete(long generation) {
        announce(() -> complete = generation);
    }

    /** {@return the number of the completed generation, or empty while the job goes on} */
    Optional<Long> completed() {
        lock.lock();
        try {
            return complete == Long.MAX_VALUE ? Optional.empty() : Optional.of(complete);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the job is complete or a generation after {@code after} is announced; empty if complete. */
    Optional<AgentMessage.Form> awaitAfter(long after, long timeoutNanos) {
        lock.lock();
        try {
            long left = timeoutNanos;
            while (complete == Long.MAX_VALUE && (newest == null || newest.generation() <= after)) {
                if (left <= 0) {
                    throw new IllegalStateException("no generation after " + after + " was announced within "
                            + TimeUnit.NANOSECONDS.toSeconds(timeoutNanos) + " s");
                }
                left = changed.awaitNanos(left);
            }
            return complete == Long.MAX_VALUE ? Optional.ofNullable(newest) : Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a generation after " + after, e);
        } finally {
            lock.unlock();
        }
    }

    boolean isSuperseded(long generation) {
        lock.lock();
        try {
            return newest != null && newest.generation() > generation;
        } finally {
            lock.unlock();
        }
    }

    /** Runs {@code abort} once when a generation newer than {@code generation} is announced; at once if it was. */
    void onSuperseded(long generation, Runnable abort) {
        boolean now;
        lock.lock();
        try {
            now = newest != null && newest.generation() > generation;
            hook = now ? null : abort;
            hookGeneration = generation;
        } finally {
            lock.unlock();
        }
        if (now) {
            start(abort);
        }
    }

    private void announce(Runnable change) {
        Runnable due = null;
        lock.lock();
        try {
            change.run();
            changed.signalAll();
            if (hook != null && newest != null && newest.generation() > hookGeneration) {
                due = hook;
                hook = null;
            }
        } finally {
            lock.unlock();
        }
        if (due != null) {
            start(due);
        }
    }

    private static void start(Runnable abort) {
        Thread.ofPlatform().daemon().name("superseded").start(abort);
    }
}
