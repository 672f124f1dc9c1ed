package dev.lockstep.launcher.bench.model;

import static dev.lockstep.tensor.Tensors.selfAttention;

import dev.lockstep.module.Layer;
import dev.lockstep.nn.LayerNorm;
import dev.lockstep.nn.Linear;
import dev.lockstep.tensor.AttentionOptions;
import dev.lockstep.tensor.Tensor;

/**
 * A pre-norm transformer block that looks back only: causal self-attention from one packed projection, then a
 * perceptron with GELU, each beside a residual. [N, T, width] to [N, T, width].
 */
public final class GptBlock extends Layer {
    private final int heads;
    private final LayerNorm attentionNorm;
    private final Linear queryKeyValue;
    private final Linear attentionOut;
    private final LayerNorm mlpNorm;
    private final Linear up;
    private final Linear down;

    /** Makes a block of a width that is a multiple of the heads. */
    public GptBlock(int width, int heads) {
        this.heads = heads;
        this.attentionNorm = child("attention_norm", new LayerNorm(width));
        this.queryKeyValue = child("query_key_value", new Linear(width, 3 * width));
        this.attentionOut = child("attention_out", new Linear(width, width));
        this.mlpNorm = child("mlp_norm", new LayerNorm(width));
        this.up = child("up", new Linear(width, 4 * width));
        this.down = child("down", new Linear(4 * width, width));
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor seen = x.add(attentionOut.call(attend(attentionNorm.call(x))));
        return seen.add(down.call(up.call(mlpNorm.call(seen)).gelu()));
    }

    private Tensor attend(Tensor x) {
        Tensor packed = queryKeyValue.call(x).unflatten(-1, 3, heads, x.size(-1) / heads); // [N, T, 3, H, D]
        return selfAttention(packed, AttentionOptions.DEFAULT.causal(true)).flatten(2); // [N, T, width]
    }
}
