package dev.lockstep.nn;

import dev.lockstep.tensor.LossReduction;
import dev.lockstep.tensor.Losses;
import dev.lockstep.tensor.Tensor;

/** Takes {@code d^2 / (2 beta)} of differences below beta, else {@code |d| - beta / 2}. */
public final class SmoothL1Loss extends Loss {
    private final double beta;

    /** Averages, with torch's beta of 1. */
    public SmoothL1Loss() {
        this(1);
    }

    /** Averages over all elements. */
    public SmoothL1Loss(double beta) {
        this(beta, LossReduction.MEAN);
    }

    /**
     * Joins the elements' losses in a chosen way.
     *
     * @param beta where the parabola ends; 0 for absolute differences
     */
    public SmoothL1Loss(double beta, LossReduction reduction) {
        super(reduction);
        this.beta = beta;
    }

    @Override
    public Tensor forward(Input input) {
        checkShapes("SmoothL1Loss", input);
        return Losses.smoothL1Loss(input.prediction(), input.target(), beta, reduction());
    }
}
