package dev.lockstep.nn;

import dev.lockstep.tensor.LossReduction;
import dev.lockstep.tensor.Losses;
import dev.lockstep.tensor.Tensor;

/** Takes {@code d^2 / 2} of differences up to delta, else {@code delta (|d| - delta / 2)} (Huber 1964). */
public final class HuberLoss extends Loss {
    private final double delta;

    /** Averages, with torch's delta of 1. */
    public HuberLoss() {
        this(1);
    }

    /** Averages over all elements. */
    public HuberLoss(double delta) {
        this(delta, LossReduction.MEAN);
    }

    /**
     * Joins the elements' losses in a chosen way.
     *
     * @param delta where the parabola ends
     */
    public HuberLoss(double delta, LossReduction reduction) {
        super(reduction);
        this.delta = delta;
    }

    @Override
    public Tensor forward(Input input) {
        checkShapes("HuberLoss", input);
        return Losses.huberLoss(input.prediction(), input.target(), delta, reduction());
    }
}
