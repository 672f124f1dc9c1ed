package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Tensor;

/** Halves an axis and gates the first half by the sigmoid of the second (Dauphin et al. 2017). */
public final class GLU extends Layer {
    private final int axis;

    /** Makes the layer with torch's defaults. */
    public GLU() {
        this(-1);
    }

    /**
     * Makes the layer; it has no parameters.
     *
     * @param axis the axis; negative ones count from the end
     */
    public GLU(int axis) {
        this.axis = axis;
    }

    @Override
    public Tensor forward(Tensor x) {
        return x.glu(axis);
    }

    @Override
    protected String description() {
        return "dim=" + axis;
    }
}
