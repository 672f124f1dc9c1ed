package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Tensor;

/** Applies the logarithm of softmax along an axis. */
public final class LogSoftmax extends Layer {
    private final int axis;

    /** Makes the layer for one axis; a negative one counts from the end. */
    public LogSoftmax(int axis) {
        this.axis = axis;
    }

    @Override
    public Tensor forward(Tensor x) {
        return x.logSoftmax(axis);
    }

    @Override
    protected String description() {
        return "dim=" + axis;
    }
}
