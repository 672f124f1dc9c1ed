package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Tensor;

/** Applies {@code max(x, 0)}, element by element. */
public final class ReLU extends Layer {
    /** Makes the layer; it has no parameters. */
    public ReLU() {}

    @Override
    public Tensor forward(Tensor x) {
        return x.relu();
    }
}
