package dev.lockstep.backend.scalar;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Loss;

/** Cross-entropy. Sums follow Note [Order of sums]. */
final class LossKernels {
    private LossKernels() {}

    static void run(Loss op, Value[] in, Value[] out) {
        switch (op) {
            case Loss.CrossEntropy loss -> forward(loss, in, out);
            case Loss.CrossEntropyGrad loss -> backward(loss, in, out[0]);
        }
    }

    /**
     * {@code lse = max + log(sum exp(x - max))}, {@code nll = lse - x[target]}; smoothed: {@code fma(e, sum(lse - x) /
     * C, (1 - e) nll)}.
     */
    private static void forward(Loss.CrossEntropy op, Value[] in, Value[] out) {
        Arithmetic m = Arithmetic.of(in[0].dtype());
        double[] x = Elements.reals(in[0]);
        long[] target = Elements.integers(in[1]);
        int classes = (int) in[0].shape().size(1);
        double[] loss = new double[target.length];
        double[] lse = new double[target.length];
        for (int row = 0; row < target.length; row++) {
            lse[row] = logSumExp(m, x, row * classes, classes);
            if (target[row] != op.ignoreIndex()) {
                checkTarget("crossEntropy", target[row], row, classes);
                double nll = m.sub(lse[row], x[row * classes + (int) target[row]]);
                loss[row] = nll;
                if (op.labelSmoothing() != 0) {
                    double[] distances = distances(m, x, row * classes, lse[row], classes);
                    loss[row] = smooth(m, op.labelSmoothing(), nll, distances);
                }
            }
        }
        Elements.write(out[0], loss);
        Elements.write(out[1], lse);
    }

    private static double[] distances(Arithmetic m, double[] x, int from, double lse, int classes) {
        double[] distances = new double[classes];
        for (int c = 0; c < classes; c++) {
            distances[c] = m.sub(lse, x[from + c]);
        }
        return distances;
    }

    private static double smooth(Arithmetic m, double smoothing, double nll, double[] distances) {
        double mean = m.div(m.sum(distances, 0, distances.length), distances.length);
        return m.fma(m.round(smoothing), mean, m.mul(m.round(1 - smoothing), nll));
    }

    private static double logSumExp(Arithmetic m, double[] x, int from, int classes) {
        double max = SoftmaxKernels.max(x, from, classes);
        double[] exps = new double[classes];
        for (int c = 0; c < classes; c++) {
            exps[c] = m.exp(m.sub(x[from + c], max));
        }
        return m.add(max, m.log(m.sum(exps, 0, classes)));
    }

    /**
     * Computes {@code p = exp(x - lse)}, then {@code g (p - q)} with q = e / C, and {@code (1 - e) + e / C} at the
     * target.
     */
    private static void backward(Loss.CrossEntropyGrad op, Value[] in, Value out) {
        Arithmetic m = Arithmetic.of(in[1].dtype());
        double[] g = Elements.reals(in[0]);
        double[] x = Elements.reals(in[1]);
        long[] target = Elements.integers(in[2]);
        double[] lse = Elements.reals(in[3]);
        int classes = (int) in[1].shape().size(1);
        double elsewhere = m.round(op.labelSmoothing() / classes);
        double atTarget = m.round(1 - op.labelSmoothing() + op.labelSmoothing() / classes);
        for (int row = 0; row < target.length; row++) {
            boolean ignored = target[row] == op.ignoreIndex();
            if (!ignored) {
                checkTarget("crossEntropyGrad", target[row], row, classes);
            }
            for (int c = 0; c < classes; c++) {
                int at = row * classes + c;
                double wanted = c == target[row] ? atTarget : elsewhere;
                x[at] = ignored ? 0 : m.mul(g[row], m.sub(m.exp(m.sub(x[at], lse[row])), wanted));
            }
        }
        Elements.write(out, x);
    }

    private static void checkTarget(String op, long target, int row, int classes) {
        if (target < 0 || target >= classes) {
            throw new IllegalArgumentException(
                    op + ": target " + target + " at row " + row + " is out of range for " + classes + " classes");
        }
    }
}
