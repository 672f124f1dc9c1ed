package dev.lockstep.backend.scalar;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Axes;
import dev.lockstep.backend.op.Reduction;
import dev.lockstep.layout.Layout;
import java.util.Arrays;
import java.util.Comparator;

/** Sorting: the axis is moved to the end, and each row's places are sorted stably by what stands there. */
final class SortKernels {
    private SortKernels() {}

    static void sort(Reduction.Sort op, Value x, Value[] out) {
        Axes axis = Axes.of(x.shape().axis(op.axis()));
        Layout rows = ReductionKernels.moveLast(x.layout(), axis);
        int length = (int) x.shape().size(op.axis());
        Layout values = ReductionKernels.moveLast(out[0].layout(), axis);
        Layout places = ReductionKernels.moveLast(out[1].layout(), axis);
        if (x.dtype().isFloating()) {
            double[] numbers = Elements.reals(x, rows);
            // Adding zero makes -0 equal to 0, so that they stay in order.
            Integer[] order = order(op, numbers.length, length, Comparator.comparingDouble(i -> numbers[i] + 0.0));
            Elements.write(
                    out[0],
                    values,
                    Arrays.stream(order).mapToDouble(i -> numbers[i]).toArray());
            Elements.write(out[1], places, withinRows(order, length));
        } else {
            long[] numbers = Elements.integers(x, rows);
            Integer[] order = order(op, numbers.length, length, Comparator.comparingLong(i -> numbers[i]));
            Elements.write(
                    out[0],
                    values,
                    Arrays.stream(order).mapToLong(i -> numbers[i]).toArray());
            Elements.write(out[1], places, withinRows(order, length));
        }
    }

    private static Integer[] order(Reduction.Sort op, int count, int length, Comparator<Integer> ascending) {
        Comparator<Integer> comparator = op.descending() ? ascending.reversed() : ascending;
        Integer[] order = new Integer[count];
        Arrays.setAll(order, i -> i);
        for (int row = 0; row < count; row += length) {
            Arrays.sort(order, row, row + length, comparator);
        }
        return order;
    }

    private static long[] withinRows(Integer[] order, int length) {
        return Arrays.stream(order).mapToLong(i -> i % length).toArray();
    }
}
