package dev.lockstep.backend.scalar;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Contraction;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;

/** Matrix products. Products and sums are f64, inner index ascending, rounded once at the end. */
final class ContractionKernels {
    private ContractionKernels() {}

    static void run(Contraction op, Value[] in, Value out) {
        switch (op) {
            case Contraction.Matmul() -> matmul(in[0], in[1], out);
            case Contraction.Linear(boolean hasBias) -> linear(hasBias, in, out);
        }
    }

    private static void matmul(Value a, Value b, Value out) {
        int m = (int) a.shape().size(-2);
        int k = (int) a.shape().size(-1);
        int n = (int) b.shape().size(-1);
        double[] left = Elements.reals(a, expand(a.layout(), out.shape()));
        double[] right = Elements.reals(b, expand(b.layout(), out.shape()));
        double[] result = new double[Rows.count(out.shape())];
        int batches = m * n == 0 ? 0 : result.length / (m * n);
        for (int batch = 0; batch < batches; batch++) {
            multiply(left, batch * m * k, right, batch * k * n, result, batch * m * n, new int[] {m, k, n});
        }
        Elements.write(out, result);
    }

    /** Stretches the leading axes to those of the result; the last two stay. */
    private static Layout expand(Layout layout, Shape result) {
        long[] sizes = result.toArray();
        sizes[sizes.length - 2] = layout.shape().size(-2);
        sizes[sizes.length - 1] = layout.shape().size(-1);
        return layout.expand(Shape.of(sizes));
    }

    /** Adds the product [m, k] x [k, n]; row by row of b, so that the innermost loop runs over neighbours. */
    private static void multiply(double[] a, int atA, double[] b, int atB, double[] c, int atC, int[] sizes) {
        int k = sizes[1];
        int n = sizes[2];
        for (int row = 0; row < sizes[0]; row++) {
            int target = atC + row * n;
            for (int inner = 0; inner < k; inner++) {
                double factor = a[atA + row * k + inner];
                int source = atB + inner * n;
                for (int column = 0; column < n; column++) {
                    c[target + column] += factor * b[source + column];
                }
            }
        }
    }

    private static void linear(boolean hasBias, Value[] in, Value out) {
        int k = (int) in[1].shape().size(1);
        int n = (int) in[1].shape().size(0);
        double[] result = new double[Rows.count(out.shape())];
        int rows = n == 0 ? 0 : result.length / n;
        if (hasBias) {
            double[] bias = Elements.reals(in[2]);
            for (int row = 0; row < rows; row++) {
                System.arraycopy(bias, 0, result, row * n, n);
            }
        }
        double[] transposed = Elements.reals(in[1], in[1].layout().permute(1, 0));
        multiply(Elements.reals(in[0]), 0, transposed, 0, result, 0, new int[] {rows, k, n});
        Elements.write(out, result);
    }
}
