package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Tensor;

/** Applies {@code x sigmoid(x)}, element by element. */
public final class SiLU extends Layer {
    /** Makes the layer; it has no parameters. */
    public SiLU() {}

    @Override
    public Tensor forward(Tensor x) {
        return x.silu();
    }
}
