package dev.lockstep.backend.scalar;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Contraction;
import dev.lockstep.backend.op.Op;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import dev.lockstep.layout.SumTree;
import dev.lockstep.layout.VirtualRanks;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/** Matrix products. Products and sums are f64, inner index ascending, rounded once at the end. */
final class ContractionKernels {
    private ContractionKernels() {}

    static void run(Contraction op, Value[] in, Value[] out) {
        switch (op) {
            case Contraction.Matmul() -> matmul(in, out[0]);
            case Contraction.ProductSum() -> Elements.write(out[0], productSum(in));
            case Contraction.Linear(boolean hasBias) -> linear(hasBias, in, out[0]);
            case Contraction.RoundedProduct(Op product, DType dtype) ->
                AttentionKernels.run(product, RoundedKernels.rounding(dtype), in, out);
            case Contraction.Attention _,
                    Contraction.AttentionGrad _,
                    Contraction.SelfAttention _,
                    Contraction.SelfAttentionGrad _ ->
                AttentionKernels.run(op, DoubleUnaryOperator.identity(), in, out);
        }
    }

    /** {@return the product of two matrices, rounded to their dtype} */
    static double[] matmul(Value left, Value right) {
        int m = (int) left.shape().size(0);
        int k = (int) left.shape().size(1);
        int n = (int) right.shape().size(1);
        double[] result = new double[m * n];
        new Product(Elements.reals(left), Elements.reals(right), result, k, n).addRows(0, m, 0);
        Arithmetic arithmetic = Arithmetic.of(left.dtype());
        Arrays.setAll(result, i -> arithmetic.round(result[i]));
        return result;
    }

    /** {@return the sum of the products of pairs of matrices, rounded to their dtype} */
    static double[] productSum(Value... in) {
        return productSum(in, new VirtualRanks(0, in.length / 2));
    }

    /** {@return the sum of the products of a node of the tree} */
    private static double[] productSum(Value[] in, VirtualRanks node) {
        if (node.count() == 1) {
            return matmul(in[2 * node.from()], in[2 * node.from() + 1]);
        }
        int split = SumTree.split(node);
        double[] left = productSum(in, new VirtualRanks(node.from(), split));
        double[] right = productSum(in, new VirtualRanks(split, node.to()));
        Arithmetic arithmetic = Arithmetic.of(in[0].dtype());
        Arrays.setAll(left, i -> arithmetic.add(left[i], right[i]));
        return left;
    }

    private static void matmul(Value[] in, Value out) {
        Value a = in[0];
        Value b = in[1];
        int m = (int) a.shape().size(-2);
        int k = (int) a.shape().size(-1);
        int n = (int) b.shape().size(-1);
        double[] left = Elements.reals(a, expand(a.layout(), out.shape()));
        double[] right = Elements.reals(b, expand(b.layout(), out.shape()));
        double[] result = new double[Rows.count(out.shape())];
        int batches = m * n == 0 ? 0 : result.length / (m * n);
        for (int batch = 0; batch < batches; batch++) {
            new Product(left, right, result, k, n).addRows(batch * m, (batch + 1) * m, batch * k);
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

    /** A product [rows, k] x [k, n] that is added to c, row by row of b: the innermost loop runs over neighbours. */
    private static final class Product {
        private final double[] a;
        private final double[] b;
        private final double[] c;
        private final int k;
        private final int n;

        Product(double[] a, double[] b, double[] c, int k, int n) {
            this.a = a;
            this.b = b;
            this.c = c;
            this.k = k;
            this.n = n;
        }

        /** Adds the rows of c from {@code row} to {@code end}; the matrix in b begins at row {@code firstOfB}. */
        void addRows(int row, int end, int firstOfB) {
            for (int r = row; r < end; r++) {
                for (int inner = 0; inner < k; inner++) {
                    addScaled(a[r * k + inner], (firstOfB + inner) * n, r * n);
                }
            }
        }

        private void addScaled(double factor, int from, int to) {
            for (int column = 0; column < n; column++) {
                c[to + column] += factor * b[from + column];
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
        new Product(Elements.reals(in[0]), transposed, result, k, n).addRows(0, rows, 0);
        Elements.write(out, result);
    }
}
