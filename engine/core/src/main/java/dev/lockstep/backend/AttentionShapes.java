package dev.lockstep.backend;

import dev.lockstep.backend.op.Sampling.Dropout;
import dev.lockstep.backend.op.Weighing;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.util.List;

/** Shape rules of attention. A mask is the last input, of which all others have one dtype. */
final class AttentionShapes {
    private AttentionShapes() {}

    static List<ValueSpec> attention(Weighing weighing, Inputs in) {
        checkInputs(weighing, 3, in);
        Shape q = heads(in, 0);
        checkMask(weighing, q, in.shape(1).size(2), in);
        return List.of(headsInside(q, in), ValueSpec.contiguous(rows(q), in.dtype(0)));
    }

    static List<ValueSpec> attentionGrad(Weighing weighing, Inputs in) {
        checkInputs(weighing, 6, in);
        Shape q = heads(in, 1);
        in.expectShape(0, q, "the gradient");
        in.expectShape(4, q, "the output");
        in.expectShape(5, rows(q), "logSumExp");
        checkMask(weighing, q, in.shape(2).size(2), in);
        ValueSpec key = headsInside(in.shape(2), in);
        return List.of(headsInside(q, in), key, key);
    }

    static List<ValueSpec> selfAttention(Weighing weighing, Inputs in) {
        checkInputs(weighing, 1, in);
        Shape packed = packed(in, 0);
        checkMask(weighing, headsOf(packed), packed.size(1), in);
        return List.of(
                ValueSpec.contiguous(mixed(packed), in.dtype(0)),
                ValueSpec.contiguous(rows(headsOf(packed)), in.dtype(0)));
    }

    static List<ValueSpec> selfAttentionGrad(Weighing weighing, Inputs in) {
        checkInputs(weighing, 4, in);
        Shape packed = packed(in, 1);
        in.expectShape(0, mixed(packed), "the gradient");
        in.expectShape(2, mixed(packed), "the output");
        in.expectShape(3, rows(headsOf(packed)), "logSumExp");
        checkMask(weighing, headsOf(packed), packed.size(1), in);
        return Inputs.contiguous(packed, in.dtype(0));
    }

    private static void checkInputs(Weighing weighing, int count, Inputs in) {
        in.expect(weighing.hasMask() ? count + 1 : count);
        new Inputs(in.op(), in.specs().subList(0, count)).expectFloating();
        double p = weighing.dropout().map(Dropout::p).orElse(0.0);
        if (!(p >= 0 && p < 1)) {
            throw in.refuse("the probability of dropping must be in [0, 1), got " + p);
        }
    }

    private static void checkMask(Weighing weighing, Shape q, long keys, Inputs in) {
        if (!weighing.hasMask()) {
            return;
        }
        int last = in.specs().size() - 1;
        if (in.dtype(last) != DType.BOOL && in.dtype(last) != in.dtype(0)) {
            throw in.refuse("the mask must be BOOL or " + in.dtype(0) + ", got " + in.dtype(last));
        }
        Shape mask = in.shape(last);
        Shape scores = q.with(3, keys);
        if (mask.rank() != scores.rank() || !mask.broadcastsTo(scores)) {
            throw in.refuse("the mask must broadcast to " + scores + ", axis by axis, got " + mask);
        }
    }

    /** Checks query, key and value, the first of which is input {@code first}; returns the query's shape. */
    private static Shape heads(Inputs in, int first) {
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

    private static Shape headsOf(Shape packed) {
        return Shape.of(packed.size(0), packed.size(3), packed.size(1), packed.size(4));
    }

    private static Shape mixed(Shape packed) {
        return Shape.of(packed.size(0), packed.size(1), packed.size(3), packed.size(4));
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
