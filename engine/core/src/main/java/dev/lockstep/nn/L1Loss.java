package dev.lockstep.nn;

import dev.lockstep.tensor.LossReduction;
import dev.lockstep.tensor.Tensor;

/** Takes the absolute differences of prediction and target. Both of one shape. */
public final class L1Loss extends Loss {
    /** Averages over all elements. */
    public L1Loss() {
        this(LossReduction.MEAN);
    }

    /** Joins the elements' losses in a chosen way. */
    public L1Loss(LossReduction reduction) {
        super(reduction);
    }

    @Override
    public Tensor forward(Input input) {
        checkShapes("L1Loss", input);
        return reduction().apply(input.prediction().sub(input.target()).abs());
    }
}
