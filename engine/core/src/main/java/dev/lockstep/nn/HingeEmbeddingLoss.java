package dev.lockstep.nn;

import dev.lockstep.tensor.LossReduction;
import dev.lockstep.tensor.Losses;
import dev.lockstep.tensor.Tensor;

/** Takes predictions x where the target is 1, {@code max(0, margin - x)} where it is -1. */
public final class HingeEmbeddingLoss extends Loss {
    private final double margin;

    /** Averages, with torch's margin of 1. */
    public HingeEmbeddingLoss() {
        this(1);
    }

    /** Averages over all elements. */
    public HingeEmbeddingLoss(double margin) {
        this(margin, LossReduction.MEAN);
    }

    /**
     * Joins the elements' losses in a chosen way.
     *
     * @param margin how large x shall be where the target is -1
     */
    public HingeEmbeddingLoss(double margin, LossReduction reduction) {
        super(reduction);
        this.margin = margin;
    }

    @Override
    public Tensor forward(Input input) {
        checkShapes("HingeEmbeddingLoss", input);
        return Losses.hingeEmbeddingLoss(input.prediction(), input.target(), margin, reduction());
    }
}
