package dev.lockstep.train;

import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs loops on a fixed number of threads, of which the calling thread is one. A loop may be run inside of another's
 * body: threads that have nothing else to do then take part. Which thread does what is left to chance: nothing may
 * depend on it. Thread-safe.
 */
final class ComputeThreads implements AutoCloseable {
    /** How often a thread looks for work before it sleeps: some 50 us, longer than the pauses inside of a step. */
    private static final int LOOKS = 2_000;

    private final Deque<Loop> open = new ConcurrentLinkedDeque<>();
    private final AtomicInteger opened = new AtomicInteger();
    private final List<Thread> helpers = new ArrayList<>();
    private final Object bed = new Object();
    private final int looks;
    private volatile int sleepers;
    private volatile boolean closed;

    ComputeThreads(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads: " + threads + " is less than 1");
        }
        this.looks = threads <= Runtime.getRuntime().availableProcessors() ? LOOKS : 0;
        for (int i = 1; i < threads; i++) {
            Thread helper =
                    Thread.ofPlatform().daemon().name("lockstep-compute-" + i).unstarted(this::help);
            helpers.add(helper);
            helper.start();
        }
    }

    /** {@return how many threads there are, the calling one included} */
    int count() {
        return helpers.size() + 1;
    }

    /**
     * Calls the body once for each number from 0 to {@code count - 1} and returns when all calls are done; after a
     * failure no higher number starts, so that the failure that is thrown is that of the lowest number that fails,
     * whoever was faster.
     */
    void run(int count, IntConsumer body) {
        if (helpers.isEmpty() || count <= 1) {
            for (int i = 0; i < count; i++) {
                body.accept(i);
            }
            return;
        }
        Loop loop = new Loop(opened.getAndIncrement(), count, body);
        open.addFirst(loop);
        wake();
        loop.work();
        finish(loop);
        loop.rethrow();
    }

    /** Waits for the calls that others have taken. They have no bound of their own: slow is not dead. */
    private void finish(Loop mine) {
        boolean interrupted = false;
        for (int look = 0; !mine.isDone(); look++) {
            Loop inside = newest();
            if (inside != null && inside.number - mine.number > 0) {
                inside.work();
                look = 0;
            } else if (look < looks) {
                Thread.onSpinWait();
            } else {
                interrupted |= !sleep(mine);
            }
        }
        open.remove(mine);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void help() {
        for (int look = 0; !closed; look++) {
            Loop loop = newest();
            if (loop != null) {
                loop.work();
                look = 0;
            } else if (look < looks) {
                Thread.onSpinWait();
            } else {
                sleep(null);
            }
        }
    }

    /** {@return the loop opened last of those that have calls left} */
    private @Nullable Loop newest() {
        for (Loop loop : open) {
            if (loop.hasWork()) {
                return loop;
            }
        }
        return null;
    }

    /** Sleeps until there may be something to do. Returns whether nobody interrupted that. */
    private boolean sleep(@Nullable Loop awaited) {
        synchronized (bed) {
            sleepers++;
            try {
                while (!closed && newest() == null && (awaited == null || !awaited.isDone())) {
                    bed.wait();
                }
                return true;
            } catch (InterruptedException stop) {
                return false;
            } finally {
                sleepers--;
            }
        }
    }

    /** Wakes all sleepers. A thread counts itself among them before it looks a last time, so none is missed. */
    private void wake() {
        if (sleepers > 0) {
            synchronized (bed) {
                bed.notifyAll();
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        synchronized (bed) {
            bed.notifyAll();
        }
    }

    /** The calls of one {@link #run}: threads take them one by one. */
    private final class Loop {
        private final int number;
        private final int count;
        private final IntConsumer body;
        private final AtomicInteger taken = new AtomicInteger();
        private final AtomicInteger done = new AtomicInteger();
        private volatile @Nullable Failure failure;

        Loop(int number, int count, IntConsumer body) {
            this.number = number;
            this.count = count;
            this.body = body;
        }

        boolean hasWork() {
            return taken.get() < count;
        }

        boolean isDone() {
            return done.get() >= count;
        }

        void work() {
            for (int i = taken.getAndIncrement(); i < count; i = taken.getAndIncrement()) {
                Failure first = failure;
                if (first == null || i < first.index) {
                    attempt(i);
                }
                if (done.incrementAndGet() == count) {
                    wake();
                }
            }
        }

        @SuppressWarnings("CatchAndPrintStackTrace") // Not printed: kept and thrown again by the loop's caller.
        private void attempt(int index) {
            try {
                body.accept(index);
            } catch (RuntimeException | Error thrown) {
                keep(new Failure(index, thrown));
            }
        }

        private synchronized void keep(Failure next) {
            Failure first = failure;
            if (first == null || next.index < first.index) {
                failure = next;
            }
        }

        void rethrow() {
            Failure first = failure;
            if (first != null && first.thrown instanceof Error error) {
                throw error;
            }
            if (first != null) {
                throw (RuntimeException) first.thrown;
            }
        }
    }

    private record Failure(int index, Throwable thrown) {}
}
