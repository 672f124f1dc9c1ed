package dev.lockstep.train;

import java.util.ArrayList;
import java.util.List;

/** Keeps the rate of each step and gives their median after warm-up. Confined to the trainer's thread. */
final class Throughput {
    private static final int WARM_UP_STEPS = 10;
    private static final int KEPT = 4096;
    private static final double NANOS_PER_SECOND = 1e9;

    private final List<Double> rates = new ArrayList<>();
    private long seen;

    void add(long samples, long nanos) {
        double rate = samples * NANOS_PER_SECOND / Math.max(1, nanos);
        if (rates.size() < KEPT) {
            rates.add(rate);
        } else {
            rates.set((int) (seen % KEPT), rate);
        }
        seen++;
    }

    /** {@return the median samples a second; warm-up steps count only when there are no others} */
    double median() {
        List<Double> steady =
                rates.size() > WARM_UP_STEPS && seen <= KEPT ? rates.subList(WARM_UP_STEPS, rates.size()) : rates;
        List<Double> sorted = steady.stream().sorted().toList();
        return sorted.isEmpty() ? 0 : sorted.get(sorted.size() / 2);
    }
}
