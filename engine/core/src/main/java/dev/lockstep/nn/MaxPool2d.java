package dev.lockstep.nn;

import dev.lockstep.tensor.Functional;
import dev.lockstep.tensor.PoolOptions;
import dev.lockstep.tensor.Tensor;
import java.util.function.UnaryOperator;

/** Takes the maximum of each window of images [N, C, H, W]. Padding never wins. */
public final class MaxPool2d extends Pool {
    /** Makes a layer whose windows touch but do not overlap. */
    public MaxPool2d(int kernel) {
        this(kernel, UnaryOperator.identity());
    }

    /**
     * Makes a layer with options; the stride is the kernel's size unless given.
     *
     * @throws IllegalArgumentException if the kernel or the stride is below 1, or the padding negative or more than
     *     half of the kernel
     */
    public MaxPool2d(int kernel, UnaryOperator<PoolOptions> options) {
        super(kernel, options);
    }

    @Override
    public Tensor forward(Tensor x) {
        return Functional.maxPool2d(x, config());
    }

    @Override
    protected String description() {
        return maximumDescription();
    }
}
