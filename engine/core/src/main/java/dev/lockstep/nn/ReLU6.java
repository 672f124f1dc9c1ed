package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Tensor;

/** Limits to [0, 6], element by element. */
public final class ReLU6 extends Layer {
    /** Makes the layer; it has no parameters. */
    public ReLU6() {}

    @Override
    public Tensor forward(Tensor x) {
        return x.relu6();
    }
}
