package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Tensor;

/** Applies {@code 1 / (1 + e^-x)}, element by element. */
public final class Sigmoid extends Layer {
    /** Makes the layer; it has no parameters. */
    public Sigmoid() {}

    @Override
    public Tensor forward(Tensor x) {
        return x.sigmoid();
    }
}
