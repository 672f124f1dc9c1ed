package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Tensor;

/** Applies {@code x > 0 ? x : slope x}, element by element. */
public final class LeakyReLU extends Layer {
    private final double slope;

    /** Makes the layer with torch's defaults. */
    public LeakyReLU() {
        this(0.01);
    }

    /**
     * Makes the layer; it has no parameters.
     *
     * @param slope what negative numbers are multiplied by
     */
    public LeakyReLU(double slope) {
        this.slope = slope;
    }

    @Override
    public Tensor forward(Tensor x) {
        return x.leakyRelu(slope);
    }

    @Override
    protected String description() {
        return "negative_slope=" + Checks.number(slope);
    }
}
