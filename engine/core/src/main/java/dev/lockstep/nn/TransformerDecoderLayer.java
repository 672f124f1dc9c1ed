package dev.lockstep.nn;

import dev.lockstep.module.Module;
import dev.lockstep.tensor.Tensor;
import java.util.function.UnaryOperator;

/**
 * One block of a transformer's decoder: attention of the target to itself, then to the memory, then a network at each
 * place, each added to its input (Vaswani et al. 2017, section 3.1). Options are those of the encoder's block;
 * {@code causal} holds for the attention of the target to itself. State-dict keys are those of torch's layer of this
 * name; batch first, unlike torch's default.
 */
public final class TransformerDecoderLayer extends Module<TransformerDecoderLayer.Input, Tensor> {
    private final TransformerEncoderLayer.Config config;
    private final MultiheadAttention selfAttention;
    private final MultiheadAttention memoryAttention;
    private final Linear linear1;
    private final Dropout dropout;
    private final Linear linear2;
    private final LayerNorm[] norms = new LayerNorm[3];
    private final Dropout[] dropouts = new Dropout[3];

    /**
     * What it takes.
     *
     * @param target what is decoded, [N, T, dim]
     * @param memory what the encoder gave, [N, S, dim]
     */
    public record Input(Tensor target, Tensor memory) {}

    /** Makes a block with torch's defaults, but that the target does not see what is behind it: causal. */
    public TransformerDecoderLayer(int dim, int heads) {
        this(dim, heads, UnaryOperator.identity());
    }

    /** Makes a block with options. */
    public TransformerDecoderLayer(int dim, int heads, UnaryOperator<TransformerEncoderLayer.Config> options) {
        this.config = options.apply(new TransformerEncoderLayer.Config(dim, heads, 2048, 0.1, false, false, true));
        this.selfAttention = child(
                "self_attn",
                new MultiheadAttention(
                        dim, heads, o -> o.dropout(config.dropout()).causal(config.causal())));
        this.memoryAttention =
                child("multihead_attn", new MultiheadAttention(dim, heads, o -> o.dropout(config.dropout())));
        this.linear1 = child("linear1", new Linear(dim, config.hidden()));
        this.dropout = child("dropout", new Dropout(config.dropout()));
        this.linear2 = child("linear2", new Linear(config.hidden(), dim));
        for (int i = 0; i < norms.length; i++) {
            norms[i] = child("norm" + (i + 1), new LayerNorm(dim));
        }
        for (int i = 0; i < dropouts.length; i++) {
            dropouts[i] = child("dropout" + (i + 1), new Dropout(config.dropout()));
        }
    }

    /** {@return the options} */
    public TransformerEncoderLayer.Config config() {
        return config;
    }

    /** Decodes a target against a memory. */
    public Tensor call(Tensor target, Tensor memory) {
        return call(new Input(target, memory));
    }

    @Override
    public Tensor forward(Input input) {
        Tensor seen = added(0, input.target(), selfAttention::call);
        seen = added(
                1, seen, x -> memoryAttention.call(new MultiheadAttention.Input(x, input.memory(), input.memory())));
        return added(2, seen, this::feed);
    }

    /** Adds what a part makes of x to it, with the norm before the part or after the sum. */
    private Tensor added(int part, Tensor x, UnaryOperator<Tensor> function) {
        if (config.preNorm()) {
            return x.add(dropouts[part].call(function.apply(norms[part].call(x))));
        }
        return norms[part].call(x.add(dropouts[part].call(function.apply(x))));
    }

    private Tensor feed(Tensor x) {
        Tensor hidden = linear1.call(x);
        return linear2.call(dropout.call(config.gelu() ? hidden.gelu() : hidden.relu()));
    }
}
