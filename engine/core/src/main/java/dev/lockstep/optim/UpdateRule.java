package dev.lockstep.optim;

import dev.lockstep.tensor.Tensor;
import java.util.Map;
import java.util.SequencedMap;

/**
 * What an optimizer knows of one parameter: its options, its state, and how a gradient changes it. Confined to the
 * thread that steps.
 */
public interface UpdateRule {
    /** {@return the parameter} */
    Tensor parameter();

    /** {@return the learning rate before any schedule} */
    double learningRate();

    /**
     * Says how a gradient changes the parameter and the state. Called without recording, inside a scope; what it gives
     * is run once before the scope ends, in pieces and perhaps on other threads.
     *
     * @param gradient of the parameter's shape and dtype, contiguous; not to be written
     * @param rate the learning rate of this step
     */
    ElementwiseUpdate update(Tensor gradient, double rate);

    /** {@return the state by torch's names; empty before the first update} */
    SequencedMap<String, Tensor> state();

    /**
     * Takes over copies of a state that {@link #state} gave.
     *
     * @throws IllegalArgumentException if a name is missing or unknown, or a shape is not the parameter's
     */
    void restore(Map<String, Tensor> state);
}
