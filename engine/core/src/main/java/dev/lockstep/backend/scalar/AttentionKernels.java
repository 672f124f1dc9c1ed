package dev.lockstep.backend.scalar;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Contraction;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.Weighing;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * Attention, one head of one sequence after the other. Everything is f64 and rounded once at the end, but for factors
 * of products in mixed precision.
 */
final class AttentionKernels {
    private final AttentionWeights weights;
    private final DoubleUnaryOperator rounding;

    private AttentionKernels(AttentionWeights weights, DoubleUnaryOperator rounding) {
        this.weights = weights;
        this.rounding = rounding;
    }

    /** Runs attention or its gradient; the factors of its products are rounded. */
    static void run(Op op, DoubleUnaryOperator rounding, Value[] in, Value[] out) {
        switch (op) {
            case Contraction.Attention(Weighing weighing) ->
                new AttentionKernels(weights(weighing, 0, in), rounding).forward(in, out);
            case Contraction.AttentionGrad(Weighing weighing) ->
                new AttentionKernels(weights(weighing, 1, in), rounding).backward(in, out);
            case Contraction.SelfAttention(Weighing weighing) -> packedForward(weighing, rounding, in, out);
            case Contraction.SelfAttentionGrad(Weighing weighing) -> packedBackward(weighing, rounding, in, out);
            default -> throw new AssertionError("no attention: " + op);
        }
    }

    /** What weighs keys for queries; the query is input {@code first}, a mask the last one. */
    private static AttentionWeights weights(Weighing weighing, int first, Value[] in) {
        Shape q = in[first].shape();
        Shape scores = q.with(3, in[first + 1].shape().size(2));
        return AttentionWeights.of(weighing, scores, in[in.length - 1]);
    }

    private static void packedForward(Weighing weighing, DoubleUnaryOperator rounding, Value[] in, Value[] out) {
        Value[] views = {part(in[0], 0), part(in[0], 1), part(in[0], 2), in[in.length - 1].alias()};
        Value[] results = {inside(out[0]), out[1].alias()};
        new AttentionKernels(weights(weighing, 0, views), rounding).forward(views, results);
        close(views);
        close(results);
    }

    private static void packedBackward(Weighing weighing, DoubleUnaryOperator rounding, Value[] in, Value[] out) {
        Value[] views = {
            inside(in[0]),
            part(in[1], 0),
            part(in[1], 1),
            part(in[1], 2),
            inside(in[2]),
            in[3].alias(),
            in[in.length - 1].alias()
        };
        Value[] results = {part(out[0], 0), part(out[0], 1), part(out[0], 2)};
        new AttentionKernels(weights(weighing, 1, views), rounding).backward(views, results);
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

    /** Rows of numbers, of one width. */
    private static final class Matrix {
        private final double[] numbers;
        private final int width;

        Matrix(double[] numbers, int width) {
            this.numbers = numbers;
            this.width = width;
        }

        static Matrix of(Value value) {
            return new Matrix(Elements.reals(value), (int) value.shape().size(3));
        }

        static Matrix zeros(Matrix like) {
            return new Matrix(new double[like.numbers.length], like.width);
        }

        Matrix rounded(DoubleUnaryOperator rounding) {
            return new Matrix(Arrays.stream(numbers).map(rounding).toArray(), width);
        }

        double dot(int row, Matrix other, int otherRow) {
            double sum = 0;
            for (int i = 0; i < width; i++) {
                sum += numbers[row * width + i] * other.numbers[otherRow * width + i];
            }
            return sum;
        }

        /** Adds {@code factor} times a row of another matrix to a row. */
        void add(int row, double factor, Matrix other, int otherRow) {
            for (int i = 0; i < width; i++) {
                numbers[row * width + i] += factor * other.numbers[otherRow * width + i];
            }
        }
    }

    private Matrix factor(Value value) {
        return Matrix.of(value).rounded(rounding);
    }

    private void forward(Value[] in, Value[] out) {
        Matrix q = factor(in[0]);
        Matrix k = factor(in[1]);
        Matrix v = factor(in[2]);
        Matrix y = Matrix.zeros(q);
        double[] lse = new double[Rows.count(out[1].shape())];
        for (int row = 0; row < lse.length; row++) {
            int firstKey = weights.firstKey(row);
            double[] scores = scores(q, row, k);
            double max = Arrays.stream(scores).max().orElse(Double.NEGATIVE_INFINITY);
            if (max == Double.NEGATIVE_INFINITY) {
                continue;
            }
            double sum = 0;
            for (int key = 0; key < scores.length; key++) {
                double weight = StrictMath.exp(scores[key] - max);
                sum += weight;
                scores[key] = rounding.applyAsDouble(weight * weights.kept(row, key));
            }
            for (int key = 0; key < scores.length; key++) {
                y.add(row, scores[key] / sum, v, firstKey + key);
            }
            lse[row] = max + StrictMath.log(sum);
        }
        Elements.write(out[0], y.numbers);
        Elements.write(out[1], lse);
    }

    private double[] scores(Matrix q, int row, Matrix k) {
        double[] scores = new double[weights.visible(row)];
        for (int key = 0; key < scores.length; key++) {
            scores[key] = weights.score(row, key, q.dot(row, k, weights.firstKey(row) + key));
        }
        return scores;
    }

    /**
     * With weights {@code p = exp(s - lse)} and factors m of dropout: {@code dv = (m p)^T g}; with {@code ds = p (m g
     * v^T - sum(g out))}: {@code dq = scale ds k}, {@code dk = scale ds^T q}.
     */
    private void backward(Value[] in, Value[] out) {
        Matrix exact = Matrix.of(in[0]);
        Matrix g = exact.rounded(rounding);
        Matrix q = factor(in[1]);
        Matrix k = factor(in[2]);
        Matrix v = factor(in[3]);
        Matrix y = Matrix.of(in[4]);
        double[] lse = Elements.reals(in[5]);
        Matrix dq = Matrix.zeros(q);
        Matrix dk = Matrix.zeros(k);
        Matrix dv = Matrix.zeros(v);
        for (int row = 0; row < lse.length; row++) {
            double own = exact.dot(row, y, row);
            double[] scores = scores(q, row, k);
            for (int i = 0; i < scores.length; i++) {
                int key = weights.firstKey(row) + i;
                double p = StrictMath.exp(scores[i] - lse[row]);
                double kept = weights.kept(row, i);
                double slope = weights.scale() * p * (kept * g.dot(row, v, key) - own);
                double ds = rounding.applyAsDouble(slope);
                dv.add(key, rounding.applyAsDouble(p * kept), g, row);
                dq.add(row, ds, k, key);
                dk.add(key, ds, q, row);
            }
        }
        Elements.write(out[0], dq.numbers);
        Elements.write(out[1], dk.numbers);
        Elements.write(out[2], dv.numbers);
    }
}
