package dev.lockstep.train;

import dev.lockstep.data.Batch;
import dev.lockstep.tensor.Tensor;

/**
 * Computes the loss of one virtual rank's slice of a batch. It runs once a virtual rank, on any thread, perhaps again
 * after a failure: it touches nothing but its arguments. Small slices of neighbouring virtual ranks share a call, in
 * which every tensor has the shape of one slice's and stands for those of all; a closure that asks for what is not the
 * same in all of them (a number in a tensor, sample ids, the virtual rank) is called again, once for each.
 *
 * @param <M> the model
 */
@FunctionalInterface
public interface StepClosure<M> {
    /** {@return the mean loss over the slice's rows, a 0-dim tensor} */
    Tensor loss(M model, Batch batch, StepContext context);
}
