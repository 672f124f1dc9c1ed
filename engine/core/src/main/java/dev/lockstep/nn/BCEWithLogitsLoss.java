package dev.lockstep.nn;

import dev.lockstep.tensor.BinaryCrossEntropyOptions;
import dev.lockstep.tensor.LossReduction;
import dev.lockstep.tensor.Losses;
import dev.lockstep.tensor.Tensor;
import java.util.function.UnaryOperator;

/**
 * Takes the binary cross-entropy of logits x against probabilities t, both of one shape: {@code max(x, 0) - x t + log(1
 * + e^-|x|)}, which is stable for large x.
 */
public final class BCEWithLogitsLoss extends Loss {
    private final BinaryCrossEntropyOptions options;

    /** Averages over all elements. */
    public BCEWithLogitsLoss() {
        this(LossReduction.MEAN);
    }

    /** Joins the elements' losses in a chosen way. */
    public BCEWithLogitsLoss(LossReduction reduction) {
        this(o -> o.reduction(reduction));
    }

    /** Makes the loss with options: weights of the elements and of the positive class. */
    public BCEWithLogitsLoss(UnaryOperator<BinaryCrossEntropyOptions> options) {
        this(options.apply(BinaryCrossEntropyOptions.DEFAULT));
    }

    private BCEWithLogitsLoss(BinaryCrossEntropyOptions options) {
        super(options.reduction());
        this.options = options;
    }

    @Override
    public Tensor forward(Input input) {
        checkShapes("BCEWithLogitsLoss", input);
        return Losses.binaryCrossEntropyWithLogits(input.prediction(), input.target(), ignored -> options);
    }
}
