package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Tensor;

/** Applies {@code 1.0507 (x > 0 ? x : 1.6733 (e^x - 1))} (Klambauer et al. 2017), element by element. */
public final class SELU extends Layer {
    /** Makes the layer; it has no parameters. */
    public SELU() {}

    @Override
    public Tensor forward(Tensor x) {
        return x.selu();
    }
}
