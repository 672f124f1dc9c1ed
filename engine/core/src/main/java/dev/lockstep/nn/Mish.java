package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Tensor;

/** Applies {@code x tanh(softplus(x))} (Misra 2019), element by element. */
public final class Mish extends Layer {
    /** Makes the layer; it has no parameters. */
    public Mish() {}

    @Override
    public Tensor forward(Tensor x) {
        return x.mish();
    }
}
