package dev.lockstep.nn;

import dev.lockstep.backend.op.Window;
import dev.lockstep.module.Layer;
import dev.lockstep.tensor.PoolOptions;
import java.util.function.UnaryOperator;

/** A layer that moves a window over its input and keeps one number of each place. */
abstract sealed class Pool extends Layer permits AvgPool1d, AvgPool2d, MaxPool1d, MaxPool2d {
    private final PoolOptions config;

    Pool(int kernel, UnaryOperator<PoolOptions> options) {
        this.config = options.apply(PoolOptions.of(kernel));
    }

    /** {@return the options} */
    public final PoolOptions config() {
        return config;
    }

    /** {@return a size as torch prints it: once where both are equal} */
    private static String size(int height, int width) {
        return height == width ? String.valueOf(width) : Checks.pair(height, width);
    }

    /** {@return the options of those that take maxima} */
    final String maximumDescription() {
        Window w = config.window();
        return movement() + ", dilation=" + size(w.dilationH(), w.dilationW()) + ", ceil_mode="
                + Checks.python(config.ceilMode());
    }

    @Override
    protected String description() {
        return movement();
    }

    private String movement() {
        Window w = config.window();
        return "kernel_size=" + size(w.kernelH(), w.kernelW()) + ", stride=" + size(w.strideH(), w.strideW())
                + ", padding=" + size(w.padH(), w.padW());
    }
}
