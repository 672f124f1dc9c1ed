package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Functional;
import dev.lockstep.tensor.Tensor;

/** Makes channels of pixels: [N, C, H r, W r] to [N, C r^2, H, W]. */
public final class PixelUnshuffle extends Layer {
    private final int factor;

    /**
     * Makes the layer; it has no parameters.
     *
     * @param factor r
     */
    public PixelUnshuffle(int factor) {
        Checks.atLeast("PixelUnshuffle", "factor", factor, 1);
        this.factor = factor;
    }

    @Override
    public Tensor forward(Tensor x) {
        return Functional.pixelUnshuffle(x, factor);
    }

    @Override
    protected String description() {
        return "downscale_factor=" + factor;
    }
}
