package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Tensor;
import java.util.function.UnaryOperator;

/**
 * One block of a transformer: attention of a sequence to itself, then a network of two linear maps at each place, each
 * added to its input (Vaswani et al. 2017, section 3.1). x [N, T, dim] to [N, T, dim]. Norms stand after the sums, or
 * before the parts with {@code preNorm} (Xiong et al. 2020). State-dict keys are those of torch's layer of this name;
 * batch first, unlike torch's default.
 */
public final class TransformerEncoderLayer extends Layer {
    private final Config config;
    private final MultiheadAttention attention;
    private final Linear linear1;
    private final Dropout dropout;
    private final Linear linear2;
    private final LayerNorm norm1;
    private final LayerNorm norm2;
    private final Dropout dropout1;
    private final Dropout dropout2;

    /**
     * The options.
     *
     * @param dim size of the last axis
     * @param heads how many heads attention has
     * @param hidden size between the two linear maps
     * @param dropout probability of dropping, at each place where torch drops
     * @param gelu whether GELU stands between the linear maps, else ReLU
     * @param preNorm whether norms stand before the parts
     * @param causal whether a place sees only itself and what is before it
     */
    public record Config(
            int dim, int heads, int hidden, double dropout, boolean gelu, boolean preNorm, boolean causal) {
        /** {@return these options with another hidden size} */
        public Config hidden(int size) {
            return new Config(dim, heads, size, dropout, gelu, preNorm, causal);
        }

        /** {@return these options with another probability of dropping} */
        public Config dropout(double p) {
            return new Config(dim, heads, hidden, p, gelu, preNorm, causal);
        }

        /** {@return these options with another choice of activation} */
        public Config gelu(boolean wanted) {
            return new Config(dim, heads, hidden, dropout, wanted, preNorm, causal);
        }

        /** {@return these options with another place of the norms} */
        public Config preNorm(boolean wanted) {
            return new Config(dim, heads, hidden, dropout, gelu, wanted, causal);
        }

        /** {@return these options with another choice of looking ahead} */
        public Config causal(boolean wanted) {
            return new Config(dim, heads, hidden, dropout, gelu, preNorm, wanted);
        }
    }

    /** Makes a block with torch's defaults: hidden 2048, dropout 0.1, ReLU, norms after. */
    public TransformerEncoderLayer(int dim, int heads) {
        this(dim, heads, UnaryOperator.identity());
    }

    /** Makes a block with options. */
    public TransformerEncoderLayer(int dim, int heads, UnaryOperator<Config> options) {
        this.config = options.apply(new Config(dim, heads, 2048, 0.1, false, false, false));
        this.attention = child(
                "self_attn",
                new MultiheadAttention(
                        config.dim(),
                        config.heads(),
                        o -> o.dropout(config.dropout()).causal(config.causal())));
        this.linear1 = child("linear1", new Linear(config.dim(), config.hidden()));
        this.dropout = child("dropout", new Dropout(config.dropout()));
        this.linear2 = child("linear2", new Linear(config.hidden(), config.dim()));
        this.norm1 = child("norm1", new LayerNorm(config.dim()));
        this.norm2 = child("norm2", new LayerNorm(config.dim()));
        this.dropout1 = child("dropout1", new Dropout(config.dropout()));
        this.dropout2 = child("dropout2", new Dropout(config.dropout()));
    }

    /** {@return the options} */
    public Config config() {
        return config;
    }

    @Override
    public Tensor forward(Tensor x) {
        if (config.preNorm()) {
            Tensor seen = x.add(attend(norm1.call(x)));
            return seen.add(feed(norm2.call(seen)));
        }
        Tensor seen = norm1.call(x.add(attend(x)));
        return norm2.call(seen.add(feed(seen)));
    }

    private Tensor attend(Tensor x) {
        return dropout1.call(attention.call(x));
    }

    private Tensor feed(Tensor x) {
        Tensor hidden = linear1.call(x);
        Tensor active = config.gelu() ? hidden.gelu() : hidden.relu();
        return dropout2.call(linear2.call(dropout.call(active)));
    }
}
