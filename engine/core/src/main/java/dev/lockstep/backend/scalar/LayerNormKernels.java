package dev.lockstep.backend.scalar;

import dev.lockstep.backend.Value;

/** Layer norm; a row is what the weight covers. With xhat = (x - mean) rstd: {@code y = fma(xhat, weight, bias)}. */
final class LayerNormKernels {
    private LayerNormKernels() {}

    static void forward(double eps, Value[] in, Value[] out) {
        Arithmetic m = Arithmetic.of(in[0].dtype());
        double[] x = Elements.reals(in[0]);
        double[] weight = Elements.reals(in[1]);
        double[] bias = Elements.reals(in[2]);
        double[] means = new double[Rows.count(out[1].shape())];
        double[] rstds = new double[means.length];
        int width = weight.length;
        for (int row = 0; row < means.length; row++) {
            double[] found = NormalizationKernels.statistics(m, x, row * width, width, eps);
            means[row] = found[0];
            rstds[row] = found[2];
            for (int i = 0; i < width; i++) {
                int at = row * width + i;
                x[at] = m.fma(NormalizationKernels.normal(m, x[at], found[0], found[2]), weight[i], bias[i]);
            }
        }
        Elements.write(out[0], x);
        Elements.write(out[1], means);
        Elements.write(out[2], rstds);
    }

    /**
     * With h = g weight: {@code dx = rstd (h - sum(h) / n - xhat (sum(h xhat) / n))}, {@code dweight = sum over rows of
     * g xhat}, {@code dbias = sum over rows of g}.
     */
    static void backward(Value[] in, Value[] out) {
        Arithmetic m = Arithmetic.of(in[0].dtype());
        double[] g = Elements.reals(in[0]);
        double[] xhat = Elements.reals(in[1]);
        double[] weight = Elements.reals(in[2]);
        double[] means = Elements.reals(in[3]);
        double[] rstds = Elements.reals(in[4]);
        double[] products = new double[g.length];
        int width = weight.length;
        for (int i = 0; i < g.length; i++) {
            xhat[i] = NormalizationKernels.normal(m, xhat[i], means[i / width], rstds[i / width]);
            products[i] = m.mul(g[i], xhat[i]);
        }
        Elements.write(out[1], columnSums(m, products, width, means.length));
        Elements.write(out[2], columnSums(m, g, width, means.length));
        for (int row = 0; row < means.length; row++) {
            inputGrad(m, row, g, xhat, weight);
        }
        for (int i = 0; i < g.length; i++) {
            g[i] = m.mul(rstds[i / width], g[i]);
        }
        Elements.write(out[0], g);
    }

    /** Computes the gradient of a row from its part of g and xhat; the result takes the place of g's. */
    private static void inputGrad(Arithmetic m, int row, double[] g, double[] xhat, double[] weight) {
        int width = weight.length;
        double[] scaled = new double[width];
        double[] products = new double[width];
        for (int i = 0; i < width; i++) {
            scaled[i] = m.mul(g[row * width + i], weight[i]);
            products[i] = m.mul(scaled[i], xhat[row * width + i]);
        }
        double mean = m.div(m.sum(scaled, 0, width), width);
        double slope = m.div(m.sum(products, 0, width), width);
        for (int i = 0; i < width; i++) {
            double rest = m.sub(m.sub(scaled[i], mean), m.mul(xhat[row * width + i], slope));
            g[row * width + i] = rest;
        }
    }

    private static double[] columnSums(Arithmetic m, double[] numbers, int width, int rows) {
        double[] sums = new double[width];
        for (int i = 0; i < width; i++) {
            sums[i] = m.sum(numbers, i, rows, width);
        }
        return sums;
    }
}
