package dev.lockstep.testkit.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.layout.DType;
import dev.lockstep.tensor.Tensor;

/**
 * How close a computation of several ops must come to PyTorch's. Errors are measured against the largest number of the
 * tensor, for a sum's error follows its largest term.
 *
 * @param relative the part of the largest number, or of one, if that is smaller
 */
record Closeness(double relative) {
    /** Chains of a few ops in f64: 1e-16 a rounding, with room for sums and for functions of a few ulp. */
    private static final Closeness DOUBLE = new Closeness(2e-11);

    /** The same chains in f32, whose roundings are 5e8 times as large. */
    private static final Closeness SINGLE = new Closeness(5e-5);

    static Closeness of(DType dtype) {
        return switch (dtype) {
            case F64 -> DOUBLE;
            case F32 -> SINGLE;
            case BF16 -> new Closeness(0x1p-7); // A rounding to 8 bits, or two of half a unit.
            case F16 -> new Closeness(0x1p-10);
            case I8, U8, I16, I32, I64, BOOL -> new Closeness(0);
        };
    }

    /** Compares shape, dtype (as far as it is not the floating one in use) and numbers. */
    void check(String what, GoldenTensor expected, Tensor actual) {
        assertEquals(expected.shape(), actual.shape(), what + ": shape");
        if (!expected.dtype().isFloating()) {
            assertEquals(expected.dtype(), actual.dtype(), what + ": dtype");
        }
        double[] numbers = actual.toDoubleArray();
        double limit = relative * scale(expected.numbers());
        for (int i = 0; i < numbers.length; i++) {
            double wanted = expected.numbers()[i];
            boolean same = Double.compare(wanted, numbers[i]) == 0 || wanted == numbers[i];
            assertTrue(
                    same || Math.abs(wanted - numbers[i]) <= limit,
                    what + " at " + i + ": expected " + wanted + " within " + limit + ", got " + numbers[i]);
        }
    }

    private static double scale(double[] numbers) {
        double largest = 1;
        for (double number : numbers) {
            largest = Double.isFinite(number) ? Math.max(largest, Math.abs(number)) : largest;
        }
        return largest;
    }
}
