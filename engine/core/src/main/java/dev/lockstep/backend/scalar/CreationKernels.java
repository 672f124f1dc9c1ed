package dev.lockstep.backend.scalar;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Creation;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import java.util.Arrays;

/** Ops that make values out of nothing. */
final class CreationKernels {
    private CreationKernels() {}

    static void run(Creation op, Value out) {
        switch (op) {
            case Creation.Empty empty -> {
                // The contents are whatever was there.
            }
            case Creation.Full(Shape shape, DType dtype, double value) -> full(value, out);
            case Creation.Arange(long count, DType dtype, double start, double step) -> arange(start, step, out);
        }
    }

    private static void full(double value, Value out) {
        int count = Rows.count(out.shape());
        if (out.dtype().isFloating()) {
            double[] numbers = new double[count];
            Arrays.fill(numbers, value);
            Elements.write(out, numbers);
        } else {
            long[] numbers = new long[count];
            Arrays.fill(numbers, out.dtype() == DType.BOOL ? (value == 0 ? 0 : 1) : (long) value);
            Elements.write(out, numbers);
        }
    }

    private static void arange(double start, double step, Value out) {
        int count = Rows.count(out.shape());
        if (out.dtype().isFloating()) {
            double[] numbers = new double[count];
            Arrays.setAll(numbers, i -> start + i * step);
            Elements.write(out, numbers);
        } else {
            long[] numbers = new long[count];
            Arrays.setAll(numbers, i -> (long) start + i * (long) step);
            Elements.write(out, numbers);
        }
    }
}
