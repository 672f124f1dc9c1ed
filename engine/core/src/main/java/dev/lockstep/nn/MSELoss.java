package dev.lockstep.nn;

import dev.lockstep.tensor.LossReduction;
import dev.lockstep.tensor.Tensor;

/** Takes the squared differences of prediction and target. Both of one shape. */
public final class MSELoss extends Loss {
    /** Averages over all elements. */
    public MSELoss() {
        this(LossReduction.MEAN);
    }

    /** Joins the elements' losses in a chosen way. */
    public MSELoss(LossReduction reduction) {
        super(reduction);
    }

    @Override
    public Tensor forward(Input input) {
        checkShapes("MSELoss", input);
        return reduction().apply(input.prediction().sub(input.target()).square());
    }
}
