package dev.lockstep.backend.op;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Adds f64 numbers as {@link FixedSum} adds those in f32. See Note [Order of sums] in the package's doc. Confined to
 * the thread that uses it.
 */
public final class FixedDoubleSum {
    private static final int LANES = FixedSum.LANES;
    private static final int BLOCK = FixedSum.BLOCK;

    private final double[] lanes = new double[LANES];
    private int filled;
    private @Nullable FixedDoubleSum blocks;

    /** Makes a sum of nothing. */
    public FixedDoubleSum() {}

    /** Sums {@code count} numbers from {@code from}. */
    public static double of(double[] numbers, int from, int count) {
        var sum = new FixedDoubleSum();
        for (int i = 0; i < count; i++) {
            sum.add(numbers[from + i]);
        }
        return sum.value();
    }

    /** Folds sixteen lanes: l + l+8, then + l+4, + l+2, + l+1. Overwrites the first eight. */
    public static double fold(double[] lanes) {
        for (int width = LANES / 2; width > 0; width /= 2) {
            for (int l = 0; l < width; l++) {
                lanes[l] += lanes[l + width];
            }
        }
        return lanes[0];
    }

    /** Adds the next number. */
    public void add(double number) {
        if (filled == BLOCK) {
            handOn();
        }
        lanes[filled % LANES] += number;
        filled++;
    }

    /** {@return the sum of all numbers so far; 0 for none} May be asked once. */
    public double value() {
        FixedDoubleSum above = blocks;
        if (above == null) {
            return fold(lanes);
        }
        above.add(fold(lanes));
        return above.value();
    }

    private void handOn() {
        FixedDoubleSum above = blocks == null ? new FixedDoubleSum() : blocks;
        above.add(fold(lanes));
        blocks = above;
        Arrays.fill(lanes, 0.0);
        filled = 0;
    }
}
