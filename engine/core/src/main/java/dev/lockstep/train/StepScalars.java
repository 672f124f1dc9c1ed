package dev.lockstep.train;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The numbers that a step sums over virtual ranks, by name: loss, weight, rows, metrics. Sums are in f64, name by name.
 *
 * @param values the summands, in order of name
 */
public record StepScalars(SortedMap<String, Double> values) {
    /** Copies the map. */
    public StepScalars {
        values = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(values));
    }

    /** Makes scalars of any map. */
    public static StepScalars of(Map<String, Double> values) {
        return new StepScalars(new TreeMap<>(values));
    }

    /** {@return the sums of both, or the one that is not null; null if neither is there} */
    static @Nullable StepScalars sum(@Nullable StepScalars left, @Nullable StepScalars right) {
        if (left == null || right == null) {
            return left == null ? right : left;
        }
        return left.plus(right);
    }

    /** {@return the sums of both; a name that one side lacks keeps the other's value} */
    public StepScalars plus(StepScalars right) {
        TreeMap<String, Double> sum = new TreeMap<>(values);
        right.values.forEach((name, value) -> sum.merge(name, value, Double::sum));
        return new StepScalars(sum);
    }
}
