package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Tensor;

/** Applies {@code (x + 3) / 6}, limited to [0, 1], element by element. */
public final class Hardsigmoid extends Layer {
    /** Makes the layer; it has no parameters. */
    public Hardsigmoid() {}

    @Override
    public Tensor forward(Tensor x) {
        return x.hardsigmoid();
    }
}
