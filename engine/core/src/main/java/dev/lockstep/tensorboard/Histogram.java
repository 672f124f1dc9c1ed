package dev.lockstep.tensorboard;

import java.util.Arrays;
import java.util.stream.DoubleStream;

/**
 * Counts values in TensorFlow's buckets, whose limits grow by a tenth from 1e-12 to 1e20 on either side of zero. Sums
 * are taken in the order of the values.
 */
final class Histogram {
    private static final double SMALLEST = 1e-12;
    private static final double LARGEST = 1e20;
    private static final double GROWTH = 1.1;
    private static final double[] LIMITS = limits();

    private Histogram() {}

    private static double[] limits() {
        double[] positive = DoubleStream.iterate(SMALLEST, limit -> limit < LARGEST, limit -> limit * GROWTH)
                .toArray();
        double[] all = new double[2 * positive.length + 3];
        all[0] = -Double.MAX_VALUE;
        for (int i = 0; i < positive.length; i++) {
            all[positive.length - i] = -positive[i];
            all[positive.length + 2 + i] = positive[i];
        }
        all[all.length - 1] = Double.MAX_VALUE;
        return all;
    }

    /** {@return the message HistogramProto of values, all finite} */
    static Message of(double[] values) {
        double[] counts = new double[LIMITS.length];
        double sum = 0;
        double squares = 0;
        for (double value : values) {
            counts[bucket(value)]++;
            sum += value;
            squares += value * value;
        }
        Message message = new Message()
                .real(1, Arrays.stream(values).min().orElse(0))
                .real(2, Arrays.stream(values).max().orElse(0))
                .real(3, values.length)
                .real(4, sum)
                .real(5, squares);
        return withBuckets(message, counts);
    }

    /** {@return the first bucket whose limit is above the value} */
    private static int bucket(double value) {
        int found = Arrays.binarySearch(LIMITS, value);
        return Math.min(LIMITS.length - 1, found >= 0 ? found + 1 : -found - 1);
    }

    /** Neighbouring empty buckets become one. */
    private static Message withBuckets(Message message, double[] counts) {
        double[] limits = new double[counts.length];
        double[] kept = new double[counts.length];
        int size = 0;
        for (int i = 0; i < counts.length; i++) {
            boolean nextIsEmptyToo = i + 1 < counts.length && counts[i + 1] == 0;
            if (counts[i] > 0 || !nextIsEmptyToo) {
                limits[size] = LIMITS[i];
                kept[size++] = counts[i];
            }
        }
        return message.reals(6, Arrays.copyOf(limits, size)).reals(7, Arrays.copyOf(kept, size));
    }
}
