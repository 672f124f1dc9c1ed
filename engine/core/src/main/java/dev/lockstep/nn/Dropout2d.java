package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Functional;
import dev.lockstep.tensor.Tensor;

/**
 * Zeroes whole channels of [N, C, H, W] with probability p while training and scales the rest by {@code 1 / (1 - p)}
 * (Tompson et al. 2015); gives its input back in evaluation.
 */
public final class Dropout2d extends Layer {
    private final double p;

    /** Makes a layer that drops half of the channels. */
    public Dropout2d() {
        this(0.5);
    }

    /**
     * Makes a layer that drops channels with probability {@code p}.
     *
     * @throws IllegalArgumentException if p is outside of [0, 1]
     */
    public Dropout2d(double p) {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("Dropout2d: p is " + p + ", it must be in [0, 1]");
        }
        this.p = p;
    }

    @Override
    public Tensor forward(Tensor x) {
        return isTraining() && p > 0 ? Functional.dropout2d(x, p) : x;
    }

    @Override
    protected String description() {
        return "p=" + p;
    }
}
