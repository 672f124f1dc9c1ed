package dev.lockstep.nn;

import dev.lockstep.module.Module;
import dev.lockstep.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Blocks of a transformer's decoder on one another, all against one memory. State-dict keys are those of torch:
 * {@code layers.0...}, {@code norm...}.
 */
public final class TransformerDecoder extends Module<TransformerDecoderLayer.Input, Tensor> {
    private final ModuleList<TransformerDecoderLayer> layers;
    private final @Nullable LayerNorm norm;

    /**
     * Makes a stack of blocks that share their options.
     *
     * @param finalNorm whether a norm follows the last block
     */
    public TransformerDecoder(
            int count, int dim, int heads, boolean finalNorm, UnaryOperator<TransformerEncoderLayer.Config> options) {
        Checks.atLeast("TransformerDecoder", "count", count, 1);
        List<TransformerDecoderLayer> blocks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            blocks.add(new TransformerDecoderLayer(dim, heads, options));
        }
        this.layers = child("layers", new ModuleList<>(blocks));
        this.norm = finalNorm ? child("norm", new LayerNorm(dim)) : null;
    }

    /** Decodes a target [N, T, dim] against a memory [N, S, dim]. */
    public Tensor call(Tensor target, Tensor memory) {
        return call(new TransformerDecoderLayer.Input(target, memory));
    }

    @Override
    public Tensor forward(TransformerDecoderLayer.Input input) {
        Tensor seen = input.target();
        for (TransformerDecoderLayer layer : layers) {
            seen = layer.call(seen, input.memory());
        }
        return norm == null ? seen : norm.call(seen);
    }
}
