package dev.lockstep.nn;

import dev.lockstep.tensor.Functional;
import dev.lockstep.tensor.Tensor;

/** Averages bins of the last two axes, as many as wanted: {@code floor(i in / out) .. ceil((i + 1) in / out)}. */
public final class AdaptiveAvgPool2d extends AdaptivePool {
    /**
     * Makes the layer; it has no parameters.
     *
     * @param size how many bins of each axis
     */
    public AdaptiveAvgPool2d(int size) {
        super(size);
    }

    /**
     * Makes the layer; it has no parameters.
     *
     * @param height how many rows of bins
     * @param width how many columns of bins
     */
    public AdaptiveAvgPool2d(int height, int width) {
        super(height, width);
    }

    @Override
    public Tensor forward(Tensor x) {
        return Functional.adaptiveAvgPool2d(x, height(), width());
    }
}
