package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Tensor;

/** Applies {@code x > 0 ? x : alpha (e^x - 1)}, element by element (Clevert et al. 2016). */
public final class ELU extends Layer {
    private final double alpha;

    /** Makes the layer with torch's defaults. */
    public ELU() {
        this(1);
    }

    /**
     * Makes the layer; it has no parameters.
     *
     * @param alpha where negative numbers tend, negated
     */
    public ELU(double alpha) {
        this.alpha = alpha;
    }

    @Override
    public Tensor forward(Tensor x) {
        return x.elu(alpha);
    }

    @Override
    protected String description() {
        return "alpha=" + alpha;
    }
}
