package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Tensor;

/** Applies {@code e^x / sum(e^x)} along an axis. */
public final class Softmax extends Layer {
    private final int axis;

    /** Makes the layer for one axis; a negative one counts from the end. */
    public Softmax(int axis) {
        this.axis = axis;
    }

    @Override
    public Tensor forward(Tensor x) {
        return x.softmax(axis);
    }

    @Override
    protected String description() {
        return "dim=" + axis;
    }
}
