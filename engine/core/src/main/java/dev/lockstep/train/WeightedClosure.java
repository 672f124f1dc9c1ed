package dev.lockstep.train;

import dev.lockstep.data.Batch;
import dev.lockstep.tensor.Tensor;

/**
 * A {@link StepClosure} for losses that average over something else than rows, such as tokens.
 *
 * @param <M> the model
 */
@FunctionalInterface
public interface WeightedClosure<M> {
    /**
     * A loss before its division.
     *
     * @param sum the summed loss of the slice, a 0-dim tensor
     * @param weight what the sum over all slices is divided by, this slice's share
     */
    record WeightedLoss(Tensor sum, double weight) {}

    /** {@return the sum and the weight of the slice's loss} */
    WeightedLoss loss(M model, Batch batch, StepContext context);
}
