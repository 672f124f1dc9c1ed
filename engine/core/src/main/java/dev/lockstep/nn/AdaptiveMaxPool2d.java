package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Functional;
import dev.lockstep.tensor.Tensor;

/**
 * Takes the maximum of bins of the last two axes, as many as wanted: {@code floor(i in / out) .. ceil((i + 1) in /
 * out)}.
 */
public final class AdaptiveMaxPool2d extends Layer {
    private final int height;
    private final int width;

    /**
     * Makes the layer; it has no parameters.
     *
     * @param height how many rows of bins
     * @param width how many columns of bins
     */
    public AdaptiveMaxPool2d(int height, int width) {
        Checks.atLeast("AdaptiveMaxPool2d", "size", Math.min(height, width), 1);
        this.height = height;
        this.width = width;
    }

    @Override
    public Tensor forward(Tensor x) {
        return Functional.adaptiveMaxPool2d(x, height, width);
    }

    @Override
    protected String description() {
        return "output_size=" + Checks.pair(height, width);
    }
}
