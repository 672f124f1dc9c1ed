package dev.lockstep.nn;

import dev.lockstep.tensor.Functional;
import dev.lockstep.tensor.Tensor;

/**
 * Takes the maximum of bins of the last axis, as many as wanted: {@code floor(i in / out) .. ceil((i + 1) in / out)}.
 */
public final class AdaptiveMaxPool1d extends AdaptivePool {
    /**
     * Makes the layer; it has no parameters.
     *
     * @param size how many bins
     */
    public AdaptiveMaxPool1d(int size) {
        super(size);
    }

    @Override
    public Tensor forward(Tensor x) {
        return Functional.adaptiveMaxPool1d(x, width());
    }
}
