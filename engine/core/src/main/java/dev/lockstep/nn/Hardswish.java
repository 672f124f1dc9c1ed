package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Tensor;

/** Applies {@code x hardsigmoid(x)} (Howard et al. 2019), element by element. */
public final class Hardswish extends Layer {
    /** Makes the layer; it has no parameters. */
    public Hardswish() {}

    @Override
    public Tensor forward(Tensor x) {
        return x.hardswish();
    }
}
