package dev.lockstep.backend.scalar;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Contraction;

/** Attention, one head of one sequence after the other. Everything is f64 and rounded once at the end. */
final class AttentionKernels {
    private AttentionKernels() {}

    /** The sizes of one head, and which keys a query sees. */
    private record Head(int queries, int keys, int width, double scale, boolean causal) {
        static Head of(Value q, Value k, double scale, boolean causal) {
            int queries = (int) q.shape().size(2);
            return new Head(queries, (int) k.shape().size(2), (int) q.shape().size(3), scale, causal);
        }

        int visible(int query) {
            return causal ? Math.min(query + 1, keys) : keys;
        }

        double dot(double[] a, int row, double[] b, int other) {
            double sum = 0;
            for (int i = 0; i < width; i++) {
                sum += a[row * width + i] * b[other * width + i];
            }
            return sum;
        }

        /** Adds {@code factor} times row {@code other} of b to row {@code row} of a. */
        void add(double[] a, int row, double factor, double[] b, int other) {
            for (int i = 0; i < width; i++) {
                a[row * width + i] += factor * b[other * width + i];
            }
        }
    }

    static void forward(Contraction.Attention op, Value[] in, Value[] out) {
        Head head = Head.of(in[0], in[1], op.scale(), op.causal());
        double[] q = Elements.reals(in[0]);
        double[] k = Elements.reals(in[1]);
        double[] v = Elements.reals(in[2]);
        double[] y = new double[q.length];
        double[] lse = new double[Rows.count(out[1].shape())];
        for (int row = 0; row < lse.length; row++) {
            int firstKey = row / head.queries() * head.keys();
            int visible = head.visible(row % head.queries());
            double[] scores = new double[visible];
            double max = Double.NEGATIVE_INFINITY;
            for (int key = 0; key < visible; key++) {
                scores[key] = head.scale() * head.dot(q, row, k, firstKey + key);
                max = Math.max(max, scores[key]);
            }
            double sum = 0;
            for (int key = 0; key < visible; key++) {
                scores[key] = StrictMath.exp(scores[key] - max);
                sum += scores[key];
            }
            for (int key = 0; key < visible; key++) {
                head.add(y, row, scores[key] / sum, v, firstKey + key);
            }
            lse[row] = max + StrictMath.log(sum);
        }
        Elements.write(out[0], y);
        Elements.write(out[1], lse);
    }

    /**
     * With weights {@code p = exp(s - lse)}: {@code dv = p^T g}; with {@code ds = p (g v^T - sum(g out))}: {@code dq =
     * scale ds k}, {@code dk = scale ds^T q}.
     */
    static void backward(Contraction.AttentionGrad op, Value[] in, Value[] out) {
        Head head = Head.of(in[1], in[2], op.scale(), op.causal());
        double[] g = Elements.reals(in[0]);
        double[] q = Elements.reals(in[1]);
        double[] k = Elements.reals(in[2]);
        double[] v = Elements.reals(in[3]);
        double[] y = Elements.reals(in[4]);
        double[] lse = Elements.reals(in[5]);
        double[] dq = new double[q.length];
        double[] dk = new double[k.length];
        double[] dv = new double[v.length];
        for (int row = 0; row < lse.length; row++) {
            int firstKey = row / head.queries() * head.keys();
            double own = head.dot(g, row, y, row);
            for (int i = 0; i < head.visible(row % head.queries()); i++) {
                int key = firstKey + i;
                double p = StrictMath.exp(head.scale() * head.dot(q, row, k, key) - lse[row]);
                double ds = head.scale() * p * (head.dot(g, row, v, key) - own);
                head.add(dv, key, p, g, row);
                head.add(dq, row, ds, k, key);
                head.add(dk, key, ds, q, row);
            }
        }
        Elements.write(out[0], dq);
        Elements.write(out[1], dk);
        Elements.write(out[2], dv);
    }
}
