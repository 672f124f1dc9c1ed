package dev.lockstep.backend.scalar;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Axes;
import dev.lockstep.layout.Layout;

/** Softmax and its logarithm along one axis, which is moved to the end. Sums follow Note [Order of sums]. */
final class SoftmaxKernels {
    private SoftmaxKernels() {}

    /** With d = x - max: {@code exp(d) / sum exp(d)}, or {@code d - log(sum exp(d))}. */
    static void forward(int axis, boolean log, Value x, Value out) {
        Axes axes = Axes.of(x.shape().axis(axis));
        double[] rows = Elements.reals(x, ReductionKernels.moveLast(x.layout(), axes));
        int length = (int) x.shape().size(axis);
        Arithmetic m = Arithmetic.of(x.dtype());
        for (int from = 0; from < rows.length; from += length) {
            row(m, log, rows, from, length);
        }
        Elements.write(out, ReductionKernels.moveLast(out.layout(), axes), rows);
    }

    private static void row(Arithmetic m, boolean log, double[] x, int from, int length) {
        double max = max(x, from, length);
        double[] exps = new double[length];
        for (int i = 0; i < length; i++) {
            x[from + i] = m.sub(x[from + i], max);
            exps[i] = m.exp(x[from + i]);
        }
        double sum = m.sum(exps, 0, length);
        double logSum = m.log(sum);
        for (int i = 0; i < length; i++) {
            x[from + i] = log ? m.sub(x[from + i], logSum) : m.div(exps[i], sum);
        }
    }

    static double max(double[] x, int from, int length) {
        double max = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < length; i++) {
            max = Math.max(max, x[from + i]);
        }
        return max;
    }

    /** Softmax: {@code y (g - sum(g y))}, products rounded; its logarithm: {@code g - exp(y) sum(g)}. */
    static void backward(int axis, boolean log, Value[] in, Value out) {
        Axes axes = Axes.of(in[0].shape().axis(axis));
        Layout target = ReductionKernels.moveLast(out.layout(), axes);
        double[] y = Elements.reals(in[0], ReductionKernels.moveLast(in[0].layout(), axes));
        double[] g = Elements.reals(in[1], ReductionKernels.moveLast(in[1].layout(), axes));
        int length = (int) in[0].shape().size(axis);
        Arithmetic m = Arithmetic.of(in[0].dtype());
        for (int from = 0; from < y.length; from += length) {
            if (log) {
                logRow(m, y, g, from, length);
            } else {
                gradientRow(m, y, g, from, length);
            }
        }
        Elements.write(out, target, y);
    }

    private static void gradientRow(Arithmetic m, double[] y, double[] g, int from, int length) {
        double[] products = new double[length];
        for (int i = 0; i < length; i++) {
            products[i] = m.mul(g[from + i], y[from + i]);
        }
        double sum = m.sum(products, 0, length);
        for (int i = from; i < from + length; i++) {
            y[i] = m.mul(y[i], m.sub(g[i], sum));
        }
    }

    private static void logRow(Arithmetic m, double[] y, double[] g, int from, int length) {
        double sum = m.sum(g, from, length);
        for (int i = from; i < from + length; i++) {
            y[i] = m.sub(g[i], m.mul(m.exp(y[i]), sum));
        }
    }
}
