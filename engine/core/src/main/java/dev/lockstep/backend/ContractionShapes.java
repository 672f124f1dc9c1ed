package dev.lockstep.backend;

import dev.lockstep.backend.op.Contraction;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.util.Arrays;
import java.util.List;

/** Shape rules of matrix products. */
final class ContractionShapes {
    private ContractionShapes() {}

    static List<ValueSpec> outputs(Contraction op, Inputs in) {
        return switch (op) {
            case Contraction.Matmul() -> matmul(in);
            case Contraction.Linear(boolean hasBias) -> linear(hasBias, in);
            case Contraction.RoundedProduct(Contraction product, DType _) -> {
                for (int i = 0; i < in.specs().size(); i++) {
                    if (in.dtype(i) != DType.F32) {
                        throw in.refuse("rounds f32 values, got " + in.dtype(i));
                    }
                }
                yield outputs(product, in);
            }
            case Contraction.Attention attention -> {
                in.expect(3);
                in.expectFloating();
                Shape q = attention(in, 0);
                yield List.of(headsInside(q, in), ValueSpec.contiguous(rows(q), in.dtype(0)));
            }
            case Contraction.AttentionGrad gradient -> attentionGrad(in);
            case Contraction.SelfAttention attention -> {
                in.expect(1);
                in.expectFloating();
                Shape packed = packed(in, 0);
                yield List.of(
                        ValueSpec.contiguous(mixed(packed), in.dtype(0)),
                        ValueSpec.contiguous(sums(packed), in.dtype(0)));
            }
            case Contraction.SelfAttentionGrad gradient -> {
                in.expect(4);
                in.expectFloating();
                Shape packed = packed(in, 1);
                in.expectShape(0, mixed(packed), "the gradient");
                in.expectShape(2, mixed(packed), "the output");
                in.expectShape(3, sums(packed), "logSumExp");
                yield Inputs.contiguous(packed, in.dtype(0));
            }
        };
    }

    private static List<ValueSpec> matmul(Inputs in) {
        in.expect(2);
        in.expectFloating();
        Shape a = in.shape(0);
        Shape b = in.shape(1);
        if (a.rank() < 2 || b.rank() < 2) {
            throw in.refuse("needs at least 2 axes: " + a + " x " + b);
        }
        if (a.size(-1) != b.size(-2)) {
            throw in.refuse("inner sizes differ: " + a + " x " + b);
        }
        Shape batch = in.broadcast(leading(a), leading(b));
        long[] sizes = Arrays.copyOf(batch.toArray(), batch.rank() + 2);
        sizes[batch.rank()] = a.size(-2);
        sizes[batch.rank() + 1] = b.size(-1);
        return Inputs.contiguous(Shape.of(sizes), in.dtype(0));
    }

    private static Shape leading(Shape shape) {
        return Shape.of(Arrays.copyOf(shape.toArray(), shape.rank() - 2));
    }

    private static List<ValueSpec> linear(boolean hasBias, Inputs in) {
        in.expect(hasBias ? 3 : 2);
        in.expectFloating();
        in.expectRank(1, 2, "the weight", "[out, in]");
        Shape x = in.shape(0);
        Shape weight = in.shape(1);
        if (x.rank() < 1) {
            throw in.refuse("x must be [..., in], got " + x);
        }
        if (x.size(-1) != weight.size(1)) {
            throw in.refuse("inner sizes differ: " + x + " x " + weight + " transposed");
        }
        if (hasBias) {
            in.expectShape(2, Shape.of(weight.size(0)), "the bias");
        }
        return Inputs.contiguous(x.with(-1, weight.size(0)), in.dtype(0));
    }

    private static List<ValueSpec> attentionGrad(Inputs in) {
        in.expect(6);
        in.expectFloating();
        Shape q = attention(in, 1);
        in.expectShape(0, q, "the gradient");
        in.expectShape(4, q, "the output");
        in.expectShape(5, rows(q), "logSumExp");
        ValueSpec key = headsInside(in.shape(2), in);
        return List.of(headsInside(q, in), key, key);
    }

    /** Checks query, key and value, the first of which is input {@code first}; returns the query's shape. */
    private static Shape attention(Inputs in, int first) {
        in.expectRank(first, 4, "the query", "[B, H, T, D]");
        in.expectRank(first + 1, 4, "the key", "[B, H, S, D]");
        Shape q = in.shape(first);
        Shape k = in.shape(first + 1);
        if (q.size(0) != k.size(0) || q.size(1) != k.size(1) || q.size(3) != k.size(3)) {
            throw in.refuse("query " + q + " and key " + k + " differ in batch, heads or width");
        }
        if (k.size(2) == 0 && q.elements() > 0) {
            throw in.refuse("there are no keys in " + k);
        }
        in.expectShape(first + 2, k, "the value");
        return q;
    }

    private static Shape packed(Inputs in, int input) {
        in.expectRank(input, 5, "qkv", "[B, T, 3, H, D]");
        Shape packed = in.shape(input);
        if (packed.size(2) != 3) {
            throw in.refuse("qkv must be [B, T, 3, H, D], got " + packed);
        }
        return packed;
    }

    private static Shape mixed(Shape packed) {
        return Shape.of(packed.size(0), packed.size(1), packed.size(3), packed.size(4));
    }

    private static Shape sums(Shape packed) {
        return Shape.of(packed.size(0), packed.size(3), packed.size(1));
    }

    private static Shape rows(Shape query) {
        return Shape.of(query.size(0), query.size(1), query.size(2));
    }

    /** {@return [B, H, T, D] that lies as [B, T, H, D]} */
    private static ValueSpec headsInside(Shape shape, Inputs in) {
        Shape inside = Shape.of(shape.size(0), shape.size(2), shape.size(1), shape.size(3));
        return new ValueSpec(Layout.contiguous(inside).permute(0, 2, 1, 3), in.dtype(0));
    }
}
