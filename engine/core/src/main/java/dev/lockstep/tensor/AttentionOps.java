package dev.lockstep.tensor;

import dev.lockstep.backend.op.Contraction.Attention;
import dev.lockstep.backend.op.Contraction.SelfAttention;
import dev.lockstep.layout.DType;
import org.jspecify.annotations.Nullable;

/** Attention: one fused op where the backend has it, else a chain. */
final class AttentionOps {
    private static final int RANK = 4;

    private AttentionOps() {}

    static Tensor attention(Tensor query, Tensor key, Tensor value, AttentionOptions options) {
        if (options.causal() && options.mask() != null) {
            throw Engine.wrong(
                    "scaledDotProductAttention: causal and a mask exclude each other; put both into the mask");
        }
        if (isGrouped(query, key)) {
            long share = query.size(-3) / key.size(-3);
            return attention(query, key.repeatInterleave(share, -3), value.repeatInterleave(share, -3), options);
        }
        double scale = options.scale() == 0 ? 1 / Math.sqrt(query.size(-1)) : options.scale();
        Attention op = new Attention(scale, options.causal());
        boolean plain = options.mask() == null && options.dropout() == 0;
        if (plain && fits(query, key, value) && Engine.supports(query.device(), op)) {
            Tensor[] outputs = Engine.runAll(op, heads(query), heads(key), heads(value));
            outputs[1].close();
            return query.rank() == RANK ? outputs[0] : outputs[0].reshape(query.shape());
        }
        Tensor weights =
                scores(query.mul(scale).matmul(key.transpose(-2, -1)), options).softmax(-1);
        return (options.dropout() == 0 ? weights : weights.dropout(options.dropout())).matmul(value);
    }

    /** Attends within [..., T, 3, H, D]; gives [..., T, H, D]. */
    static Tensor selfAttention(Tensor qkv, AttentionOptions options) {
        if (qkv.rank() < RANK || qkv.size(-3) != 3) {
            throw Engine.wrong("selfAttention: qkv must be [..., T, 3, H, D], got " + qkv.shape());
        }
        double scale = options.scale() == 0 ? 1 / Math.sqrt(qkv.size(-1)) : options.scale();
        SelfAttention op = new SelfAttention(scale, options.causal());
        boolean plain = options.mask() == null && options.dropout() == 0;
        if (plain && qkv.rank() == RANK + 1 && qkv.dtype().isFloating() && Engine.supports(qkv.device(), op)) {
            Tensor[] outputs = Engine.runAll(op, qkv);
            outputs[1].close();
            return outputs[0];
        }
        Tensor heads = qkv.transpose(-4, -2); // [..., H, 3, T, D]
        return attention(heads.select(-3, 0), heads.select(-3, 1), heads.select(-3, 2), options)
                .transpose(-3, -2);
    }

    /** {@return whether several heads of queries share one of keys (Ainslie et al. 2023)} */
    private static boolean isGrouped(Tensor query, Tensor key) {
        return query.rank() == RANK
                && key.rank() == RANK
                && key.size(1) > 0
                && query.size(1) > key.size(1)
                && key.size(1) > 1
                && query.size(1) % key.size(1) == 0;
    }

    private static boolean fits(Tensor query, Tensor key, Tensor value) {
        return query.dtype().isFloating()
                && query.rank() >= 2
                && query.rank() <= RANK
                && key.rank() == query.rank()
                && key.shape().equals(value.shape())
                && query.shape().with(-2, key.size(-2)).equals(key.shape());
    }

    /** Puts axes of size 1 before [..., T, D] until there are four. */
    private static Tensor heads(Tensor x) {
        Tensor wide = x;
        while (wide.rank() < RANK) {
            wide = wide.unsqueeze(0);
        }
        return wide;
    }

    private static Tensor scores(Tensor scores, AttentionOptions options) {
        @Nullable Tensor mask = options.mask();
        if (mask != null) {
            return mask.dtype() == DType.BOOL
                    ? scores.maskedFill(mask.logicalNot(), Double.NEGATIVE_INFINITY)
                    : scores.add(mask);
        }
        return options.causal() ? scores.maskedFill(future(scores), Double.NEGATIVE_INFINITY) : scores;
    }

    /** True where a key lies after its query: [T, S]. */
    private static Tensor future(Tensor scores) {
        Tensor queries = Tensors.arange(scores.size(-2)).unsqueeze(1);
        Tensor keys = Tensors.arange(scores.size(-1)).unsqueeze(0);
        return keys.gt(queries);
    }
}
