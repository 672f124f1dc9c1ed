package dev.lockstep.backend.op;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Adds f32 numbers in the one order that every sum of an op has. See Note [Order of sums] in the package's doc.
 * Confined to the thread that uses it.
 */
public final class FixedSum {
    /** How many running sums a block has, whatever the vector length of the machine. */
    public static final int LANES = 16;

    /** How many numbers the lanes take before their sum is handed on. */
    public static final int BLOCK = 4096;

    private final float[] lanes = new float[LANES];
    private int filled;
    private @Nullable FixedSum blocks;

    /** Makes a sum of nothing. */
    public FixedSum() {}

    /** Sums {@code count} numbers from {@code from}. */
    public static float of(float[] numbers, int from, int count) {
        var sum = new FixedSum();
        for (int i = 0; i < count; i++) {
            sum.add(numbers[from + i]);
        }
        return sum.value();
    }

    /** Folds sixteen lanes: l + l+8, then + l+4, + l+2, + l+1. Overwrites the first eight. */
    public static float fold(float[] lanes) {
        for (int width = LANES / 2; width > 0; width /= 2) {
            for (int l = 0; l < width; l++) {
                lanes[l] += lanes[l + width];
            }
        }
        return lanes[0];
    }

    /** Adds the next number. */
    public void add(float number) {
        if (filled == BLOCK) {
            handOn();
        }
        lanes[filled % LANES] += number;
        filled++;
    }

    /** {@return the sum of all numbers so far; 0 for none} May be asked once. */
    public float value() {
        FixedSum above = blocks;
        if (above == null) {
            return fold(lanes);
        }
        above.add(fold(lanes));
        return above.value();
    }

    private void handOn() {
        FixedSum above = blocks == null ? new FixedSum() : blocks;
        above.add(fold(lanes));
        blocks = above;
        Arrays.fill(lanes, 0f);
        filled = 0;
    }
}
