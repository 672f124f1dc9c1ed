package dev.lockstep.backend.scalar;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Axes;
import dev.lockstep.backend.op.Normalization;
import dev.lockstep.layout.Layout;

/** Chooses the rows that a normalisation works on: those of the last axes, or one a channel. */
final class NormalizationKernels {
    private NormalizationKernels() {}

    static void run(Normalization op, Value[] in, Value[] out) {
        switch (op) {
            case Normalization.LayerNorm(int axes, double eps) -> LayerNormKernels.forward(eps, in, out);
            case Normalization.LayerNormGrad(int axes) -> LayerNormKernels.backward(in, out);
            case Normalization.BatchNorm(double eps) -> BatchNormKernels.forward(eps, in, out);
            case Normalization.BatchStatistics(double eps) -> BatchNormKernels.statistics(eps, in[0], out);
            case Normalization.BatchNormGrad() -> BatchNormKernels.backward(in, out);
        }
    }

    /** {@return the layout seen as [C, N, ...]: the axes that a channel's sums run over come last, in their order} */
    static Layout channelFirst(Layout layout) {
        int[] others = new int[layout.shape().rank() - 1];
        for (int i = 0; i < others.length; i++) {
            others[i] = i == 0 ? 0 : i + 1;
        }
        return ReductionKernels.moveLast(layout, Axes.of(others));
    }

    /**
     * Mean, biased variance and {@code 1 / sqrt(variance + eps)} of one row: {@code sum(x) / n, sum((x - mean)^2) / n}.
     */
    static double[] statistics(Arithmetic m, double[] x, int from, int count, double eps) {
        double mean = m.div(m.sum(x, from, count), count);
        double[] squares = new double[count];
        for (int i = 0; i < count; i++) {
            double centred = m.sub(x[from + i], mean);
            squares[i] = m.mul(centred, centred);
        }
        double variance = m.div(m.sum(squares, 0, count), count);
        return new double[] {mean, variance, m.div(1, m.sqrt(m.add(variance, m.round(eps))))};
    }

    /** {@return (x - mean) rstd, two roundings} */
    static double normal(Arithmetic m, double x, double mean, double rstd) {
        return m.mul(m.sub(x, mean), rstd);
    }
}
