package dev.lockstep.backend.scalar;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Axes;
import dev.lockstep.backend.op.Reduction;
import dev.lockstep.backend.op.ScanKind;
import dev.lockstep.layout.Layout;

/** Running sums and products, and the gradients of products. The axes in question are moved to the end. */
final class ScanKernels {
    private ScanKernels() {}

    static void scan(Reduction.Scan op, Value x, Value out) {
        Axes axis = Axes.of(x.shape().axis(op.axis()));
        Layout rows = ReductionKernels.moveLast(x.layout(), axis);
        Layout results = ReductionKernels.moveLast(out.layout(), axis);
        int length = (int) x.shape().size(op.axis());
        boolean adds = op.kind() == ScanKind.SUM;
        if (x.dtype().isFloating()) {
            double[] numbers = Elements.reals(x, rows);
            Arithmetic m = Arithmetic.of(x.dtype());
            eachStep(
                    numbers.length,
                    length,
                    op.reverse(),
                    (before, at) -> numbers[at] =
                            adds ? m.add(numbers[before], numbers[at]) : m.mul(numbers[before], numbers[at]));
            Elements.write(out, results, numbers);
        } else {
            long[] numbers = Elements.integers(x, rows);
            eachStep(
                    numbers.length,
                    length,
                    op.reverse(),
                    (before, at) -> numbers[at] = adds ? numbers[before] + numbers[at] : numbers[before] * numbers[at]);
            Elements.write(out, results, numbers);
        }
    }

    /** Takes an element and the one before it in the direction of the scan. */
    @FunctionalInterface
    private interface Step {
        void accept(int before, int at);
    }

    private static void eachStep(int count, int length, boolean reverse, Step step) {
        for (int row = 0; row < count; row += length) {
            for (int i = 1; i < length; i++) {
                int at = row + (reverse ? length - 1 - i : i);
                step.accept(reverse ? at + 1 : at - 1, at);
            }
        }
    }

    static void scanProductGrad(int axis, Value[] in, Value out) {
        Axes along = Axes.of(in[1].shape().axis(axis));
        double[] g = Elements.reals(in[0], ReductionKernels.moveLast(in[0].layout(), along));
        double[] x = Elements.reals(in[1], ReductionKernels.moveLast(in[1].layout(), along));
        Arithmetic m = Arithmetic.of(out.dtype());
        int length = (int) in[1].shape().size(axis);
        double[] dx = new double[x.length];
        for (int row = 0; row < x.length; row += length) {
            double sum = 0;
            for (int k = row + length - 1; k >= row; k--) {
                boolean last = k == row + length - 1;
                sum = last ? g[k] : m.add(g[k], m.mul(x[k + 1], sum));
                dx[k] = sum;
            }
            double before = 1;
            for (int k = row; k < row + length; k++) {
                dx[k] = m.mul(before, dx[k]);
                before = m.mul(before, x[k]);
            }
        }
        Elements.write(out, ReductionKernels.moveLast(out.layout(), along), dx);
    }

    static void productGrad(Axes axes, Value[] in, Value out) {
        double[] g = Elements.reals(in[0]);
        double[] x = Elements.reals(in[1], ReductionKernels.moveLast(in[1].layout(), axes));
        Arithmetic m = Arithmetic.of(out.dtype());
        int length = g.length == 0 ? 0 : x.length / g.length;
        double[] dx = new double[x.length];
        for (int row = 0; row < x.length; row += length) {
            double behind = 1;
            for (int k = row + length - 1; k >= row; k--) {
                dx[k] = behind;
                behind = m.mul(behind, x[k]);
            }
            double before = g[row / length];
            for (int k = row; k < row + length; k++) {
                dx[k] = m.mul(before, dx[k]);
                before = m.mul(before, x[k]);
            }
        }
        Elements.write(out, ReductionKernels.moveLast(out.layout(), axes), dx);
    }
}
