package dev.lockstep.train;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the scalars of one or more steps' sums come to. Immutable.
 *
 * @param loss the last step's sum of weighted losses
 * @param weight what a closure that weights its loss itself divides by
 * @param rows of all batches
 * @param sums of each metric, weighted by rows, by name
 */
record StepTotals(double loss, double weight, long rows, TreeMap<String, Double> sums) {
    static final StepTotals NONE = new StepTotals(0, 0, 0, new TreeMap<>());

    /**
     * {@return the totals of one step}
     *
     * @throws IllegalArgumentException if all its slices were empty
     */
    static StepTotals of(NodeSum total) {
        SortedMap<String, Double> values = total.scalars()
                .orElseThrow(() -> new IllegalArgumentException("a step over an empty batch"))
                .values();
        TreeMap<String, Double> sums = new TreeMap<>();
        values.forEach((name, value) -> {
            if (name.startsWith(LeafComputer.METRIC)) {
                sums.put(name.substring(LeafComputer.METRIC.length()), value);
            }
        });
        long rows = Math.round(values.getOrDefault(LeafComputer.ROWS, 0.0));
        return new StepTotals(
                values.getOrDefault(LeafComputer.LOSS, 0.0), values.getOrDefault(LeafComputer.WEIGHT, 0.0), rows, sums);
    }

    /** {@return these with another batch; the losses are means over their batches' rows} */
    StepTotals plus(StepTotals next) {
        TreeMap<String, Double> both = new TreeMap<>(sums);
        next.sums.forEach((name, value) -> both.merge(name, value, Double::sum));
        both.merge("loss", next.loss * next.rows, Double::sum);
        return new StepTotals(loss, weight, rows + next.rows, both);
    }

    /** {@return the means over all rows, by name} */
    SortedMap<String, Double> means() {
        TreeMap<String, Double> means = new TreeMap<>();
        sums.forEach((name, value) -> means.put(name, value / Math.max(1, rows)));
        return means;
    }
}
