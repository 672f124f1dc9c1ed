package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Functional;
import dev.lockstep.tensor.Tensor;

/** Makes pixels of channels: [N, C r^2, H, W] to [N, C, H r, W r] (Shi et al. 2016). */
public final class PixelShuffle extends Layer {
    private final int factor;

    /**
     * Makes the layer; it has no parameters.
     *
     * @param factor r
     */
    public PixelShuffle(int factor) {
        Checks.atLeast("PixelShuffle", "factor", factor, 1);
        this.factor = factor;
    }

    @Override
    public Tensor forward(Tensor x) {
        return Functional.pixelShuffle(x, factor);
    }

    @Override
    protected String description() {
        return "upscale_factor=" + factor;
    }
}
