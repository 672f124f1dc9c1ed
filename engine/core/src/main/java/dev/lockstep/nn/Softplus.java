package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Tensor;

/**
 * Applies {@code log(1 + e^(beta x)) / beta}, element by element; x itself where {@code beta x} is above the threshold.
 */
public final class Softplus extends Layer {
    private final double beta;
    private final double threshold;

    /** Makes the layer with torch's defaults. */
    public Softplus() {
        this(1, 20);
    }

    /**
     * Makes the layer; it has no parameters.
     *
     * @param beta how sharp the bend is
     * @param threshold from where on the function is a line
     */
    public Softplus(double beta, double threshold) {
        this.beta = beta;
        this.threshold = threshold;
    }

    @Override
    public Tensor forward(Tensor x) {
        return x.softplus(beta, threshold);
    }

    @Override
    protected String description() {
        return "beta=" + beta + ", threshold=" + threshold;
    }
}
