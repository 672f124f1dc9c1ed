package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Tensor;

/** Applies {@code x > 0 ? x : alpha (e^(x / alpha) - 1)}, element by element. */
public final class CELU extends Layer {
    private final double alpha;

    /** Makes the layer with torch's defaults. */
    public CELU() {
        this(1);
    }

    /**
     * Makes the layer; it has no parameters.
     *
     * @param alpha where negative numbers tend, negated
     */
    public CELU(double alpha) {
        this.alpha = alpha;
    }

    @Override
    public Tensor forward(Tensor x) {
        return x.celu(alpha);
    }

    @Override
    protected String description() {
        return "alpha=" + alpha;
    }
}
