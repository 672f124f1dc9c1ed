package dev.lockstep.testkit.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.layout.DType;

/**
 * How far a result may lie from an independent computation of it.
 *
 * @param units the largest error, in units in the last place of the scale: the expected number, or the sum of the
 *     magnitudes that went into it
 * @param epsilon the spacing of the dtype's numbers at 1
 */
public record Tolerance(double units, double epsilon) {
    /** The dtype's smallest normal number bounds what may be lost where results vanish. */
    private static final double FLOOR = Float.MIN_NORMAL;

    /** For functions of single elements: the polynomials are good to 2.3 units, compositions of two to twice that. */
    public static Tolerance element(DType dtype) {
        return new Tolerance(6, epsilon(dtype));
    }

    /**
     * For sums of {@code length} products in an order of the backend's choice, relative to the sum of magnitudes. The
     * worst case grows with the length; rounding errors of blocked sums behave like a random walk, of which this is six
     * standard deviations, with 2 units for the roundings at both ends.
     */
    public static Tolerance sum(DType dtype, long length) {
        return new Tolerance(2 + 6 * Math.sqrt(length) / 4, epsilon(dtype));
    }

    private static double epsilon(DType dtype) {
        return switch (dtype) {
            case F32 -> 0x1p-23;
            case F64 -> 0x1p-50; // The twins of f64 functions are series of our own, good to a few ulp.
            case BF16 -> 0x1p-7;
            case F16 -> 0x1p-10;
            case I8, U8, I16, I32, I64, BOOL -> 0;
        };
    }

    /** Compares numbers, each on the scale of what is expected; NaN and infinities must agree exactly. */
    public void check(String what, double[] expected, double[] actual) {
        check(what, expected, actual, expected);
    }

    /** Compares numbers, each on the scale of the magnitudes that were summed for it. */
    public void check(String what, double[] expected, double[] actual, double[] scale) {
        assertEquals(expected.length, actual.length, what + ": number of elements");
        for (int i = 0; i < expected.length; i++) {
            boolean same = Double.compare(expected[i], actual[i]) == 0 || expected[i] == actual[i];
            double limit = units * epsilon * Math.abs(scale[i]) + FLOOR;
            assertTrue(
                    same || Math.abs(expected[i] - actual[i]) <= limit,
                    what + " at " + i + ": expected " + expected[i] + " within " + limit + ", got " + actual[i]);
        }
    }
}
