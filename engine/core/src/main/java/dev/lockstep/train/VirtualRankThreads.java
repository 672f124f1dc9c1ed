package dev.lockstep.train;

import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * Runs virtual ranks on a fixed number of threads, one virtual rank a thread at a time; the calling thread is one of
 * them. Which thread runs which rank is left to chance: nothing may depend on it. Confined to the trainer's thread.
 */
final class VirtualRankThreads implements AutoCloseable {
    private final int threads;
    private final ExecutorService helpers;

    VirtualRankThreads(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads: " + threads + " is less than 1");
        }
        this.threads = threads;
        AtomicInteger next = new AtomicInteger(1);
        ThreadFactory factory = task -> {
            Thread thread = new Thread(task, "lockstep-compute-" + next.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        };
        this.helpers = Executors.newFixedThreadPool(Math.max(1, threads - 1), factory);
    }

    /**
     * Runs the body once for each rank; after a failure no further rank starts, and the failure of the lowest rank is
     * thrown.
     */
    void run(List<Integer> ranks, IntConsumer body) {
        Round round = new Round(List.copyOf(ranks), body, Math.min(threads, ranks.size()));
        for (int i = 1; i < Math.min(threads, ranks.size()); i++) {
            helpers.execute(round);
        }
        if (!ranks.isEmpty()) {
            round.run();
        }
        round.finish();
    }

    @Override
    public void close() {
        helpers.shutdownNow();
    }

    /** One call of {@link #run}: the threads take ranks from it until none is left. */
    private static final class Round implements Runnable {
        private final List<Integer> ranks;
        private final IntConsumer body;
        private final AtomicInteger next = new AtomicInteger();
        private final CountDownLatch running;
        private final TreeMap<Integer, Throwable> failures = new TreeMap<>();

        Round(List<Integer> ranks, IntConsumer body, int parties) {
            this.ranks = ranks;
            this.body = body;
            this.running = new CountDownLatch(parties);
        }

        @Override
        public void run() {
            try {
                for (int i = next.getAndIncrement(); i < ranks.size() && !failed(); i = next.getAndIncrement()) {
                    attempt(ranks.get(i));
                }
            } finally {
                running.countDown();
            }
        }

        @SuppressWarnings("CatchAndPrintStackTrace") // Not printed: kept and thrown again on the trainer's thread.
        private void attempt(int rank) {
            try {
                body.accept(rank);
            } catch (RuntimeException | Error failure) {
                synchronized (failures) {
                    failures.put(rank, failure);
                }
            }
        }

        private boolean failed() {
            synchronized (failures) {
                return !failures.isEmpty();
            }
        }

        /** Waits for the threads to let go. A leaf's computation has no bound of its own: slow is not dead. */
        void finish() {
            boolean interrupted = false;
            while (running.getCount() > 0) {
                try {
                    running.await();
                } catch (InterruptedException wait) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            if (failed()) {
                rethrow(failures.firstEntry().getValue());
            }
        }

        private static void rethrow(Throwable failure) {
            if (failure instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) failure;
        }
    }
}
