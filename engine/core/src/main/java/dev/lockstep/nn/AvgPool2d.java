package dev.lockstep.nn;

import dev.lockstep.backend.op.Window;
import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Tensor;
import java.util.function.UnaryOperator;

/** Takes the mean of each window of images [N, C, H, W]. Padding counts as zeros. */
public final class AvgPool2d extends Layer {
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
            Checks.atLeast("AvgPool2d", "kernel", kernel, 1);
            Checks.atLeast("AvgPool2d", "stride", stride, 1);
            Checks.atLeast("AvgPool2d", "padding", padding, 0);
            if (padding > kernel / 2) {
                throw new IllegalArgumentException(
                        "AvgPool2d: padding " + padding + " is more than half of kernel " + kernel);
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
    public AvgPool2d(int kernel) {
        this(kernel, UnaryOperator.identity());
    }

    /** Makes a layer with options; the stride is the kernel's size unless given. */
    public AvgPool2d(int kernel, UnaryOperator<Config> options) {
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
        return x.avgPool2d(window);
    }

    @Override
    protected String description() {
        return "kernel_size=" + config.kernel() + ", stride=" + config.stride() + ", padding=" + config.padding();
    }
}
