package dev.lockstep.nn;

import dev.lockstep.layout.Shape;
import dev.lockstep.module.Module;
import dev.lockstep.tensor.AttentionOptions;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Attends from each place of a query to places of a key in several heads side by side: {@code softmax(Q K^T / sqrt(d))
 * V} with d = dim / heads (Vaswani et al. 2017, section 3.2.2). Batch first, unlike torch's default: query [N, T, dim],
 * key and value [N, S, dim], result [N, T, dim].
 *
 * <p>State, as torch's: {@code in_proj_weight} [3 dim, dim] by Xavier, {@code in_proj_bias} [3 dim] zeros (query, key,
 * value one after the other), {@code out_proj.weight} [dim, dim], {@code out_proj.bias} [dim] zeros.
 */
public final class MultiheadAttention extends Module<MultiheadAttention.Input, Tensor> {
    private final Config config;
    private final Tensor inWeight;
    private final @Nullable Tensor inBias;
    private final Linear outProjection;

    /**
     * The options.
     *
     * @param dim size of the last axis, a multiple of the heads
     * @param heads how many heads look side by side
     * @param dropout probability of a weight of the softmax to be dropped while training
     * @param bias whether the projections add a bias
     * @param causal whether a place sees only itself and what is before it
     */
    public record Config(int dim, int heads, double dropout, boolean bias, boolean causal) {
        /** Checks the numbers. */
        public Config {
            Checks.atLeast("MultiheadAttention", "heads", heads, 1);
            Checks.atLeast("MultiheadAttention", "dim", dim, 1);
            if (dim % heads != 0) {
                throw new IllegalArgumentException("MultiheadAttention: " + heads + " heads do not divide dim " + dim);
            }
        }

        /** {@return these options with another probability of dropping} */
        public Config dropout(double p) {
            return new Config(dim, heads, p, bias, causal);
        }

        /** {@return these options with another choice of bias} */
        public Config bias(boolean wanted) {
            return new Config(dim, heads, dropout, wanted, causal);
        }

        /** {@return these options with another choice of looking ahead} */
        public Config causal(boolean wanted) {
            return new Config(dim, heads, dropout, bias, wanted);
        }
    }

    /**
     * What attention takes.
     *
     * @param query who looks, [N, T, dim]
     * @param key where it looks, [N, S, dim]
     * @param value what it finds there, [N, S, dim]
     * @param mask broadcasts to [N, heads, T, S]: a bool says which places are seen, a number is added to the score
     */
    public record Input(Tensor query, Tensor key, Tensor value, Optional<Tensor> mask) {
        /** Attends without a mask. */
        public Input(Tensor query, Tensor key, Tensor value) {
            this(query, key, value, Optional.empty());
        }
    }

    /** Makes a layer without dropout or mask. */
    public MultiheadAttention(int dim, int heads) {
        this(dim, heads, UnaryOperator.identity());
    }

    /** Makes a layer with options. */
    public MultiheadAttention(int dim, int heads, UnaryOperator<Config> options) {
        this.config = options.apply(new Config(dim, heads, 0, true, false));
        int width = config.dim();
        this.inWeight = param("in_proj_weight", Init.empty(Shape.of(3L * width, width)));
        this.inBias = config.bias() ? param("in_proj_bias", Init.zeros_(Init.empty(Shape.of(3L * width)))) : null;
        this.outProjection = child("out_proj", new Linear(width, width, o -> o.bias(config.bias())));
        Init.xavierUniform_(inWeight, 1);
        Tensor outBias = outProjection.bias();
        if (outBias != null) {
            Init.zeros_(outBias);
        }
    }

    /** {@return the options} */
    public Config config() {
        return config;
    }

    /** Attends from a sequence to itself: x [N, T, dim] to [N, T, dim]. */
    public Tensor call(Tensor x) {
        return call(new Input(x, x, x));
    }

    @Override
    public Tensor forward(Input input) {
        AttentionOptions plain =
                AttentionOptions.DEFAULT.causal(config.causal()).dropout(isTraining() ? config.dropout() : 0);
        AttentionOptions options = input.mask().map(plain::mask).orElse(plain);
        boolean toItself = input.query() == input.key() && input.key() == input.value();
        Tensor mixed = toItself ? attendToItself(input.query(), options) : attend(input, options); // [N, T, H, D]
        return outProjection.call(mixed.reshape(input.query().shape()));
    }

    /** One product projects to query, key and value. */
    private Tensor attendToItself(Tensor x, AttentionOptions options) {
        Tensor packed = x.linear(inWeight, inBias);
        return Tensors.selfAttention(packed.unflatten(-1, 3, config.heads(), config.dim() / config.heads()), options);
    }

    private Tensor attend(Input input, AttentionOptions options) {
        Tensor q = split(project(input.query(), 0)); // [N, H, T, D]
        Tensor k = split(project(input.key(), 1)); // [N, H, S, D]
        Tensor v = split(project(input.value(), 2)); // [N, H, S, D]
        return Tensors.scaledDotProductAttention(q, k, v, options).transpose(1, 2);
    }

    private Tensor project(Tensor x, int which) {
        long from = (long) which * config.dim();
        Tensor part = inBias == null ? null : inBias.narrow(0, from, config.dim());
        return x.linear(inWeight.narrow(0, from, config.dim()), part);
    }

    /** Cuts the last axis into heads: [N, T, dim] to [N, H, T, D]. */
    private Tensor split(Tensor x) {
        return x.unflatten(-1, config.heads(), config.dim() / config.heads()).transpose(1, 2);
    }
}
