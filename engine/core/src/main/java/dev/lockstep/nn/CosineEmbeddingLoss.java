package dev.lockstep.nn;

import dev.lockstep.module.Module;
import dev.lockstep.tensor.LossReduction;
import dev.lockstep.tensor.Losses;
import dev.lockstep.tensor.Tensor;

/** Takes {@code 1 - cos} of pairs [N, D] where the target [N] is 1, {@code max(0, cos - margin)} where it is -1. */
public final class CosineEmbeddingLoss extends Module<CosineEmbeddingLoss.Input, Tensor> {
    private final double margin;
    private final LossReduction reduction;

    /**
     * What the loss takes.
     *
     * @param first one vector of each pair
     * @param second the other
     * @param target 1 for pairs that belong together, -1 for others
     */
    public record Input(Tensor first, Tensor second, Tensor target) {}

    /** Averages over all pairs, with torch's margin of 0. */
    public CosineEmbeddingLoss() {
        this(0, LossReduction.MEAN);
    }

    /**
     * Joins the pairs' losses in a chosen way.
     *
     * @param margin the cosine that pairs apart may have for nothing
     */
    public CosineEmbeddingLoss(double margin, LossReduction reduction) {
        this.margin = margin;
        this.reduction = reduction;
    }

    /** Computes the loss of pairs. */
    public Tensor call(Tensor first, Tensor second, Tensor target) {
        return call(new Input(first, second, target));
    }

    @Override
    public Tensor forward(Input input) {
        return Losses.cosineEmbeddingLoss(input.first(), input.second(), input.target(), margin, reduction);
    }
}
