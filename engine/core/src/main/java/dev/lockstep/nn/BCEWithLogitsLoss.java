package dev.lockstep.nn;

import dev.lockstep.tensor.LossReduction;
import dev.lockstep.tensor.Tensor;

/**
 * Takes the binary cross-entropy of logits x against probabilities t, both of one shape: {@code max(x, 0) - x t + log(1
 * + e^-|x|)}, which is stable for large x.
 */
public final class BCEWithLogitsLoss extends Loss {
    /** Averages over all elements. */
    public BCEWithLogitsLoss() {
        this(LossReduction.MEAN);
    }

    /** Joins the elements' losses in a chosen way. */
    public BCEWithLogitsLoss(LossReduction reduction) {
        super(reduction);
    }

    @Override
    public Tensor forward(Input input) {
        checkShapes("BCEWithLogitsLoss", input);
        Tensor x = input.prediction();
        Tensor tail = x.abs().neg().exp().add(1L).log();
        return reduction().apply(x.relu().sub(x.mul(input.target())).add(tail));
    }
}
