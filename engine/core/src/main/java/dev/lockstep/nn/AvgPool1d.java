package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Functional;
import dev.lockstep.tensor.PoolOptions;
import dev.lockstep.tensor.Tensor;

/** Averages each window of sequences [N, C, L]. */
public final class AvgPool1d extends Layer {
    private final PoolOptions options;

    /** Makes windows that move by their own size. */
    public AvgPool1d(int kernel) {
        this(PoolOptions.of(kernel));
    }

    /**
     * Makes the layer; it has no parameters.
     *
     * @param options size and movement of the window; its columns count
     */
    public AvgPool1d(PoolOptions options) {
        this.options = options;
    }

    @Override
    public Tensor forward(Tensor x) {
        return Functional.avgPool1d(x, options);
    }

    @Override
    protected String description() {
        return "kernel_size=" + options.window().kernelW() + ", stride="
                + options.window().strideW() + ", padding=" + options.window().padW();
    }
}
