package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Tensor;

/** Limits each element. */
public final class Hardtanh extends Layer {
    private final double min;
    private final double max;

    /** Makes the layer with torch's defaults. */
    public Hardtanh() {
        this(-1, 1);
    }

    /**
     * Makes the layer; it has no parameters.
     *
     * @param min the lower limit
     * @param max the upper limit
     */
    public Hardtanh(double min, double max) {
        this.min = min;
        this.max = max;
    }

    @Override
    public Tensor forward(Tensor x) {
        return x.hardtanh(min, max);
    }

    @Override
    protected String description() {
        return "min_val=" + min + ", max_val=" + max;
    }
}
