package dev.lockstep.nn;

import dev.lockstep.backend.op.Window;
import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Tensor;
import java.util.function.UnaryOperator;

/** Takes the maximum of each window of images [N, C, H, W]. Padding never wins. */
public final class MaxPool2d extends Layer {
    private final Config config;
    private final Window window;

    /**
     * The options.
     *
     * @param kernel height and width of the window
     * @param stride how far it moves at a time
     * @param padding how far it may stand over the edge, at most half the kernel
     */
    public record Config(int kernel, int stride, int padding) {
        /** Checks the numbers. */
        public Config {
            Checks.atLeast("MaxPool2d", "kernel", kernel, 1);
            Checks.atLeast("MaxPool2d", "stride", stride, 1);
            Checks.atLeast("MaxPool2d", "padding", padding, 0);
            if (padding > kernel / 2) {
                throw new IllegalArgumentException(
                        "MaxPool2d: padding " + padding + " is more than half of kernel " + kernel);
            }
        }

        /** {@return these options with another stride} */
        public Config stride(int both) {
            return new Config(kernel, both, padding);
        }

        /** {@return these options with another padding} */
        public Config padding(int both) {
            return new Config(kernel, stride, both);
        }
    }

    /** Makes a layer whose windows touch but do not overlap. */
    public MaxPool2d(int kernel) {
        this(kernel, UnaryOperator.identity());
    }

    /** Makes a layer with options; the stride is the kernel's size unless given. */
    public MaxPool2d(int kernel, UnaryOperator<Config> options) {
        this.config = options.apply(new Config(kernel, kernel, 0));
        this.window = new Window(
                config.kernel(), config.kernel(), config.stride(), config.stride(), config.padding(), config.padding());
    }

    /** {@return the options} */
    public Config config() {
        return config;
    }

    @Override
    public Tensor forward(Tensor x) {
        return x.maxPool2d(window);
    }

    @Override
    protected String description() {
        return "kernel_size=" + config.kernel() + ", stride=" + config.stride() + ", padding=" + config.padding()
                + ", dilation=1, ceil_mode=False";
    }
}
