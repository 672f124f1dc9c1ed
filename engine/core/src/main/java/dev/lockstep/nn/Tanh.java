package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Tensor;

/** Applies the hyperbolic tangent, element by element. */
public final class Tanh extends Layer {
    /** Makes the layer; it has no parameters. */
    public Tanh() {}

    @Override
    public Tensor forward(Tensor x) {
        return x.tanh();
    }
}
