package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Tensor;

/** Applies {@code log(1 / (1 + e^-x))}, element by element. */
public final class LogSigmoid extends Layer {
    /** Makes the layer; it has no parameters. */
    public LogSigmoid() {}

    @Override
    public Tensor forward(Tensor x) {
        return x.logSigmoid();
    }
}
