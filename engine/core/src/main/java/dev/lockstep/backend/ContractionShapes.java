package dev.lockstep.backend;

import dev.lockstep.backend.op.Contraction;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.Weighing;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import java.util.Arrays;
import java.util.List;

/** Shape rules of matrix products. */
final class ContractionShapes {
    private ContractionShapes() {}

    static List<ValueSpec> outputs(Contraction op, Inputs in) {
        return switch (op) {
            case Contraction.Matmul() -> matmul(in);
            case Contraction.ProductSum() -> productSum(in);
            case Contraction.Linear(boolean hasBias) -> linear(hasBias, in);
            case Contraction.RoundedProduct(Op product, DType _) -> {
                if (!in.specs().isEmpty() && in.dtype(0) != DType.F32) {
                    throw in.refuse("rounds f32 values, got " + in.dtype(0));
                }
                yield ShapeRules.outputs(product, in);
            }
            case Contraction.Attention(Weighing weighing) -> AttentionShapes.attention(weighing, in);
            case Contraction.AttentionGrad(Weighing weighing) -> AttentionShapes.attentionGrad(weighing, in);
            case Contraction.SelfAttention(Weighing weighing) -> AttentionShapes.selfAttention(weighing, in);
            case Contraction.SelfAttentionGrad(Weighing weighing) -> AttentionShapes.selfAttentionGrad(weighing, in);
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

    static List<ValueSpec> productSum(Inputs in) {
        int count = in.specs().size();
        if (count == 0 || count % 2 != 0) {
            throw in.refuse("takes pairs of factors, got " + count + " inputs");
        }
        in.expectFloating();
        for (int i = 0; i < count; i += 2) {
            in.expectRank(i, 2, "a left factor", "[M, K]");
            in.expectRank(i + 1, 2, "a right factor", "[K, N]");
            if (in.shape(i).size(1) != in.shape(i + 1).size(0)) {
                throw in.refuse("inner sizes differ: " + in.shape(i) + " x " + in.shape(i + 1));
            }
            in.expectShape(i, in.shape(0).with(1, in.shape(i).size(1)), "left factor " + i / 2);
            in.expectShape(i + 1, in.shape(1).with(0, in.shape(i + 1).size(0)), "right factor " + i / 2);
        }
        return Inputs.contiguous(Shape.of(in.shape(0).size(0), in.shape(1).size(1)), in.dtype(0));
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
}
