package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Tensor;

/** Applies {@code x / (1 + |x|)}, element by element. */
public final class Softsign extends Layer {
    /** Makes the layer; it has no parameters. */
    public Softsign() {}

    @Override
    public Tensor forward(Tensor x) {
        return x.softsign();
    }
}
