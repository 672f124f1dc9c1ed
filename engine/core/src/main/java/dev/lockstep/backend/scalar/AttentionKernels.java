package dev.lockstep.backend.scalar;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Contraction;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.util.Arrays;

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

    static void forward(Contraction.SelfAttention op, Value[] in, Value[] out) {
        Value[] views = {part(in[0], 0), part(in[0], 1), part(in[0], 2), inside(out[0])};
        Value[] results = {views[3], out[1]};
        forward(new Contraction.Attention(op.scale(), op.causal()), views, results);
        close(views);
    }

    static void backward(Contraction.SelfAttentionGrad op, Value[] in, Value[] out) {
        Value[] views = {inside(in[0]), part(in[1], 0), part(in[1], 1), part(in[1], 2), inside(in[2]), in[3].alias()};
        Value[] results = {part(out[0], 0), part(out[0], 1), part(out[0], 2)};
        backward(new Contraction.AttentionGrad(op.scale(), op.causal()), views, results);
        close(views);
        close(results);
    }

    /** Sees a part of [B, T, 3, H, D] as [B, H, T, D]. */
    private static Value part(Value packed, int part) {
        Layout first = packed.layout().permute(2, 0, 3, 1, 4);
        long[] sizes = first.shape().toArray();
        long[] strides = first.strides();
        Shape heads = Shape.of(Arrays.copyOfRange(sizes, 1, sizes.length));
        long offset = first.offset() + part * strides[0];
        return packed.view(Layout.of(heads, Arrays.copyOfRange(strides, 1, strides.length), offset));
    }

    /** Sees [B, T, H, D] as [B, H, T, D]. */
    private static Value inside(Value value) {
        return value.view(value.layout().permute(0, 2, 1, 3));
    }

    private static void close(Value[] views) {
        for (Value view : views) {
            view.close();
        }
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
