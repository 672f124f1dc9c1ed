package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Tensor;

/** Applies {@code x - tanh(x)}, element by element. */
public final class Tanhshrink extends Layer {
    /** Makes the layer; it has no parameters. */
    public Tanhshrink() {}

    @Override
    public Tensor forward(Tensor x) {
        return x.tanhshrink();
    }
}
