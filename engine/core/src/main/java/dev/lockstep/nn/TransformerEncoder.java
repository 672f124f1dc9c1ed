package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Blocks of a transformer's encoder on one another: x [N, T, dim] to [N, T, dim]. Each block draws its own weights,
 * where torch copies those of the first. State-dict keys are those of torch: {@code layers.0...}, {@code norm...}.
 */
public final class TransformerEncoder extends Layer {
    private final ModuleList<TransformerEncoderLayer> layers;
    private final @Nullable LayerNorm norm;

    /**
     * Makes a stack of blocks that share their options.
     *
     * @param finalNorm whether a norm follows the last block
     */
    public TransformerEncoder(
            int count, int dim, int heads, boolean finalNorm, UnaryOperator<TransformerEncoderLayer.Config> options) {
        Checks.atLeast("TransformerEncoder", "count", count, 1);
        List<TransformerEncoderLayer> blocks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            blocks.add(new TransformerEncoderLayer(dim, heads, options));
        }
        this.layers = child("layers", new ModuleList<>(blocks));
        this.norm = finalNorm ? child("norm", new LayerNorm(dim)) : null;
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor seen = x;
        for (TransformerEncoderLayer layer : layers) {
            seen = layer.call(seen);
        }
        return norm == null ? seen : norm.call(seen);
    }
}
