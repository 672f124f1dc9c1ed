package dev.lockstep.plot;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * One axis of a chart: the range of its numbers, and round numbers on it.
 *
 * @param low its lower end
 * @param high its upper end, above the lower one
 * @param step between round numbers
 */
record Axis(double low, double high, double step) {
    private static final double[] ROUND = {1, 2, 5, 10};

    /** {@return an axis that holds some numbers, with about {@code count} round ones} */
    static Axis of(double[] numbers, int count) {
        double low = DoubleStream.of(numbers).min().orElse(0);
        double high = DoubleStream.of(numbers).max().orElse(1);
        if (low == high) {
            double room = low == 0 ? 1 : Math.abs(low) / 2;
            low -= room;
            high += room;
        }
        return new Axis(low, high, step((high - low) / count));
    }

    private static double step(double rough) {
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        for (double factor : ROUND) {
            if (factor * power >= rough) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    /** {@return where a number lies: 0 at the lower end, 1 at the upper} */
    double place(double number) {
        return (number - low) / (high - low);
    }

    /** {@return the round numbers on this axis} */
    List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        for (double k = Math.ceil(low / step); k * step <= high + step * 1e-9; k++) {
            ticks.add(k * step);
        }
        return ticks;
    }

    /** {@return a round number in as many digits as tell it from its neighbours} */
    String label(double number) {
        double size = Math.max(Math.abs(low), Math.abs(high));
        if (size >= 1e6 || size < 1e-4) {
            return String.format(Locale.ROOT, "%.2e", number);
        }
        int decimals = Math.max(0, (int) Math.ceil(-Math.log10(step) - 1e-9));
        String text = String.format(Locale.ROOT, "%." + decimals + "f", number);
        return text.matches("-0(\\.0*)?") ? text.substring(1) : text;
    }
}
