package dev.lockstep.benchmarks.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;

/**
 * A loop on some threads at once, each on data of its own, for some seconds. The best of many short intervals counts: a
 * limit is what the machine can do, not what others leave of it.
 */
final class Stretch {
    private static final double WARM_UP_SECONDS = 0.5;
    private static final double INTERVAL_SECONDS = 0.05;

    private final int threads;
    private final double seconds;
    private final Factory factory;

    /** Makes the loop of a thread. */
    interface Factory {
        /** {@return a loop with data of its own} */
        Work make();
    }

    Stretch(int threads, double seconds, Factory factory) {
        this.threads = threads;
        this.seconds = seconds;
        this.factory = factory;
    }

    /** {@return 10^9 operations or bytes a second, of all threads together in their best interval} */
    double best() throws InterruptedException {
        int intervals = (int) Math.ceil(seconds / INTERVAL_SECONDS);
        double[][] rates = new double[threads][intervals];
        CyclicBarrier start = new CyclicBarrier(threads);
        List<Thread> all = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            double[] mine = rates[i];
            all.add(Thread.ofPlatform().start(() -> measure(start, mine)));
        }
        for (Thread thread : all) {
            thread.join();
        }
        double best = 0;
        for (int interval = 0; interval < intervals; interval++) {
            double sum = 0;
            for (double[] of : rates) {
                sum += of[interval];
            }
            best = Math.max(best, sum);
        }
        return best;
    }

    private void measure(CyclicBarrier start, double[] rates) {
        Work work = factory.make();
        rate(work, WARM_UP_SECONDS);
        try {
            start.await();
        } catch (Exception e) {
            throw new IllegalStateException("a thread of the measurement is gone", e);
        }
        for (int i = 0; i < rates.length; i++) {
            rates[i] = rate(work, INTERVAL_SECONDS);
        }
        if (!Double.isFinite(work.result())) { // Whoever looks at the result has it computed.
            throw new AssertionError("the loop came to " + work.result());
        }
    }

    private static double rate(Work work, double seconds) {
        long since = System.nanoTime();
        double past = 0;
        long runs = 0;
        while (past < seconds) {
            work.run();
            runs++;
            past = (System.nanoTime() - since) / 1e9;
        }
        return runs * work.amount() / past / 1e9;
    }
}
