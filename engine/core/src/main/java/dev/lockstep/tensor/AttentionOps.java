package dev.lockstep.tensor;

import dev.lockstep.autograd.GradMode;
import dev.lockstep.backend.op.Contraction.Attention;
import dev.lockstep.backend.op.Contraction.SelfAttention;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.Sampling.Dropout;
import dev.lockstep.backend.op.Weighing;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Attention: one fused op where the backend has it, else a chain. */
final class AttentionOps {
    private static final int RANK = 4;

    private AttentionOps() {}

    static Tensor attention(Tensor query, Tensor key, Tensor value, AttentionOptions options) {
        check("scaledDotProductAttention", options);
        if (isGrouped(query, key)) {
            long share = query.size(-3) / key.size(-3);
            return attention(query, key.repeatInterleave(share, -3), value.repeatInterleave(share, -3), options);
        }
        double scale = options.scale() == 0 ? 1 / Math.sqrt(query.size(-1)) : options.scale();
        if (fits(query, key, value)
                && fits(options, query.dtype(), query.shape().with(-1, key.size(-2)))) {
            List<Tensor> inputs = new ArrayList<>(List.of(heads(query), heads(key), heads(value)));
            Op op = Autocast.product(new Attention(weighing(scale, options)), query, key);
            if (Engine.supports(query.device(), op)) {
                Tensor out = run(op, inputs, options.mask());
                return query.rank() == RANK ? out : out.reshape(query.shape());
            }
        }
        Tensor weights = weights(query.mul(scale).matmul(key.transpose(-2, -1)), options);
        return (options.dropout() == 0 ? weights : weights.dropout(options.dropout())).matmul(value);
    }

    private static void check(String name, AttentionOptions options) {
        if (options.causal() && options.mask() != null) {
            throw Engine.wrong(name + ": causal and a mask exclude each other; put both into the mask");
        }
        if (!(options.dropout() >= 0 && options.dropout() <= 1)) {
            throw Engine.wrong(name + ": the probability of dropping must lie in [0, 1], got " + options.dropout());
        }
    }

    private static Weighing weighing(double scale, AttentionOptions options) {
        Optional<Dropout> dropout = options.dropout() == 0
                ? Optional.empty()
                : Optional.of(
                        new Dropout(options.dropout(), CurrentRandom.source().next()));
        return new Weighing(scale, options.causal(), options.mask() != null, dropout);
    }

    private static Tensor run(Op op, List<Tensor> inputs, @Nullable Tensor mask) {
        if (mask != null) {
            inputs.add(heads(mask));
        }
        Tensor[] outputs = Engine.runAll(op, inputs.toArray(Tensor[]::new));
        outputs[1].close();
        return outputs[0];
    }

    /** Attends within [..., T, 3, H, D]; gives [..., T, H, D]. */
    static Tensor selfAttention(Tensor qkv, AttentionOptions options) {
        if (qkv.rank() < RANK || qkv.size(-3) != 3) {
            throw Engine.wrong("selfAttention: qkv must be [..., T, 3, H, D], got " + qkv.shape());
        }
        check("selfAttention", options);
        double scale = options.scale() == 0 ? 1 / Math.sqrt(qkv.size(-1)) : options.scale();
        if (qkv.rank() == RANK + 1
                && qkv.dtype().isFloating()
                && fits(options, qkv.dtype(), Shape.of(qkv.size(0), qkv.size(3), qkv.size(1), qkv.size(1)))) {
            Op op = Autocast.product(new SelfAttention(weighing(scale, options)), qkv, qkv);
            if (Engine.supports(qkv.device(), op)) {
                return run(op, new ArrayList<>(List.of(qkv)), options.mask());
            }
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

    /** {@return whether one op takes a mask and a probability; a mask that wants a gradient goes through the chain} */
    private static boolean fits(AttentionOptions options, DType dtype, Shape scores) {
        @Nullable Tensor mask = options.mask();
        if (mask == null || options.dropout() == 1) {
            return options.dropout() < 1;
        }
        boolean adds = mask.dtype() == dtype && !(mask.requiresGrad() && GradMode.isEnabled());
        return (mask.dtype() == DType.BOOL || adds) && mask.shape().broadcastsTo(scores);
    }

    /** Puts axes of size 1 before [..., T, D] until there are four. */
    private static Tensor heads(Tensor x) {
        Tensor wide = x;
        while (wide.rank() < RANK) {
            wide = wide.unsqueeze(0);
        }
        return wide;
    }

    /** Softmax over the keys that are seen; a query that sees none has weights of zero. */
    private static Tensor weights(Tensor products, AttentionOptions options) {
        @Nullable Tensor mask = options.mask();
        if (mask == null) {
            return (options.causal() ? products.maskedFill(future(products), Double.NEGATIVE_INFINITY) : products)
                    .softmax(-1);
        }
        Tensor scores = mask.dtype() == DType.BOOL
                ? products.maskedFill(mask.logicalNot(), Double.NEGATIVE_INFINITY)
                : products.add(mask);
        Tensor blind = scores.detach().amax(true, -1).eq(Double.NEGATIVE_INFINITY);
        return scores.maskedFill(blind, 0).softmax(-1).maskedFill(blind, 0);
    }

    /** True where a key lies after its query: [T, S]. */
    private static Tensor future(Tensor scores) {
        Tensor queries = Tensors.arange(scores.size(-2)).unsqueeze(1);
        Tensor keys = Tensors.arange(scores.size(-1)).unsqueeze(0);
        return keys.gt(queries);
    }
}
