package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Tensor;

/**
 * Zeroes elements with probability p while training and scales the rest by {@code 1 / (1 - p)}; gives its input back in
 * evaluation. Inside a training step the mask depends on seed, step, virtual rank and the layer's place in the model
 * alone.
 */
public final class Dropout extends Layer {
    private final double p;

    /** Makes a layer that drops half of the elements. */
    public Dropout() {
        this(0.5);
    }

    /**
     * Makes a layer that drops elements with probability {@code p}.
     *
     * @throws IllegalArgumentException if p is outside of [0, 1]
     */
    public Dropout(double p) {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("Dropout: p is " + p + ", it must be in [0, 1]");
        }
        this.p = p;
    }

    /** {@return the probability of an element to be dropped} */
    public double p() {
        return p;
    }

    @Override
    public Tensor forward(Tensor x) {
        return isTraining() && p > 0 ? x.dropout(p) : x;
    }

    @Override
    protected String description() {
        return "p=" + p + ", inplace=False";
    }
}
