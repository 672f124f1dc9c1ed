package dev.lockstep.backend.scalar;

import dev.lockstep.backend.Value;

/**
 * Batch norm; a row is a channel, over images and places in C order. {@code y = fma((x - mean) rstd, weight, bias)}.
 */
final class BatchNormKernels {
    private BatchNormKernels() {}

    static void forward(double eps, Value[] in, Value[] out) {
        Arithmetic m = Arithmetic.of(in[0].dtype());
        double[] x = Elements.reals(in[0], NormalizationKernels.channelFirst(in[0].layout()));
        double[] weight = Elements.reals(in[1]);
        double[] bias = Elements.reals(in[2]);
        double[][] found = statistics(m, eps, x, weight.length);
        int count = weight.length == 0 ? 0 : x.length / weight.length;
        for (int i = 0; i < x.length; i++) {
            int c = i / count;
            x[i] = m.fma(NormalizationKernels.normal(m, x[i], found[0][c], found[2][c]), weight[c], bias[c]);
        }
        Elements.write(out[0], NormalizationKernels.channelFirst(out[0].layout()), x);
        for (int i = 0; i < found.length; i++) {
            Elements.write(out[i + 1], found[i]);
        }
    }

    static void statistics(double eps, Value x, Value[] out) {
        double[] numbers = Elements.reals(x, NormalizationKernels.channelFirst(x.layout()));
        int channels = (int) x.shape().size(1);
        double[][] found = statistics(Arithmetic.of(x.dtype()), eps, numbers, channels);
        for (int i = 0; i < found.length; i++) {
            Elements.write(out[i], found[i]);
        }
    }

    /** Finds the means, variances and reciprocal deviations of channels that lie one after the other. */
    private static double[][] statistics(Arithmetic m, double eps, double[] x, int channels) {
        int count = channels == 0 ? 0 : x.length / channels;
        double[][] found = new double[3][channels];
        for (int c = 0; c < channels; c++) {
            double[] row = NormalizationKernels.statistics(m, x, c * count, count, eps);
            for (int i = 0; i < row.length; i++) {
                found[i][c] = row[i];
            }
        }
        return found;
    }

    /**
     * With xhat = (x - mean) rstd: {@code dbias = sum(g)}, {@code dweight = sum(g xhat)}, {@code dx = (weight rstd) ((g
     * - dbias / n) - xhat (dweight / n))}.
     */
    static void backward(Value[] in, Value[] out) {
        Arithmetic m = Arithmetic.of(in[0].dtype());
        double[] g = Elements.reals(in[0], NormalizationKernels.channelFirst(in[0].layout()));
        double[] xhat = Elements.reals(in[1], NormalizationKernels.channelFirst(in[1].layout()));
        double[] weight = Elements.reals(in[2]);
        double[] means = Elements.reals(in[3]);
        double[] rstds = Elements.reals(in[4]);
        double[] dweight = new double[weight.length];
        double[] dbias = new double[weight.length];
        int count = weight.length == 0 ? 0 : g.length / weight.length;
        double[] products = new double[count];
        for (int c = 0; c < weight.length; c++) {
            int from = c * count;
            for (int i = 0; i < count; i++) {
                xhat[from + i] = NormalizationKernels.normal(m, xhat[from + i], means[c], rstds[c]);
                products[i] = m.mul(g[from + i], xhat[from + i]);
            }
            dbias[c] = m.sum(g, from, count);
            dweight[c] = m.sum(products, 0, count);
            double mean = m.div(dbias[c], count);
            double slope = m.div(dweight[c], count);
            double scale = m.mul(weight[c], rstds[c]);
            for (int i = from; i < from + count; i++) {
                g[i] = m.mul(scale, m.sub(m.sub(g[i], mean), m.mul(xhat[i], slope)));
            }
        }
        Elements.write(out[0], NormalizationKernels.channelFirst(out[0].layout()), g);
        Elements.write(out[1], dweight);
        Elements.write(out[2], dbias);
    }
}
