package dev.lockstep.nn;

import dev.lockstep.tensor.Functional;
import dev.lockstep.tensor.Tensor;

/**
 * Takes the maximum of bins of the last two axes, as many as wanted: {@code floor(i in / out) .. ceil((i + 1) in /
 * out)}.
 */
public final class AdaptiveMaxPool2d extends AdaptivePool {
    /**
     * Makes the layer; it has no parameters.
     *
     * @param size how many bins of each axis
     */
    public AdaptiveMaxPool2d(int size) {
        super(size);
    }

    /**
     * Makes the layer; it has no parameters.
     *
     * @param height how many rows of bins
     * @param width how many columns of bins
     */
    public AdaptiveMaxPool2d(int height, int width) {
        super(height, width);
    }

    @Override
    public Tensor forward(Tensor x) {
        return Functional.adaptiveMaxPool2d(x, height(), width());
    }
}
