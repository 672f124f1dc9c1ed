package dev.lockstep.nn;

import dev.lockstep.layout.Shape;
import dev.lockstep.module.Layer;
import dev.lockstep.tensor.ConvOptions;
import dev.lockstep.tensor.Tensor;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Correlates images with learned kernels: [N, C, H, W] to [N, out, H', W'] with {@code H' = floor((H + 2 padding -
 * kernel) / stride) + 1}. State: {@code weight} [out, in / groups, kH, kW], {@code bias} [out], both drawn from
 * U(-1/sqrt(n), 1/sqrt(n)) with n = in / groups kH kW.
 */
public final class Conv2d extends Layer {
    private final Config config;
    private final ConvOptions movement;
    private final Tensor weight;
    private final @Nullable Tensor bias;

    /**
     * The options.
     *
     * @param inChannels channels of the input
     * @param outChannels channels of the output
     * @param kernelH height of the kernel
     * @param kernelW width of the kernel
     * @param strideH rows it moves at a time
     * @param strideW columns it moves at a time
     * @param padH rows of zeros on either side
     * @param padW columns of zeros on either side
     * @param dilationH rows from one row of the kernel to the next
     * @param dilationW columns from one column of the kernel to the next
     * @param groups how many groups the channels fall into; each output sees only the inputs of its group
     * @param bias whether a number is added to each output channel
     */
    public record Config(
            int inChannels,
            int outChannels,
            int kernelH,
            int kernelW,
            int strideH,
            int strideW,
            int padH,
            int padW,
            int dilationH,
            int dilationW,
            int groups,
            boolean bias) {
        /** Checks the numbers. */
        public Config {
            Checks.atLeast("Conv2d", "inChannels", inChannels, 1);
            Checks.atLeast("Conv2d", "outChannels", outChannels, 1);
            Checks.atLeast("Conv2d", "kernel", Math.min(kernelH, kernelW), 1);
            Checks.atLeast("Conv2d", "stride", Math.min(strideH, strideW), 1);
            Checks.atLeast("Conv2d", "padding", Math.min(padH, padW), 0);
            Checks.atLeast("Conv2d", "dilation", Math.min(dilationH, dilationW), 1);
            Checks.atLeast("Conv2d", "groups", groups, 1);
            if (inChannels % groups != 0 || outChannels % groups != 0) {
                throw new IllegalArgumentException("Conv2d: " + groups + " groups do not divide " + inChannels + " and "
                        + outChannels + " channels");
            }
        }

        /** {@return these options with a square kernel} */
        public Config kernel(int size) {
            return kernel(size, size);
        }

        /** {@return these options with another kernel} */
        public Config kernel(int height, int width) {
            return new Config(
                    inChannels,
                    outChannels,
                    height,
                    width,
                    strideH,
                    strideW,
                    padH,
                    padW,
                    dilationH,
                    dilationW,
                    groups,
                    bias);
        }

        /** {@return these options with one stride both ways} */
        public Config stride(int both) {
            return stride(both, both);
        }

        /** {@return these options with another stride} */
        public Config stride(int rows, int columns) {
            return new Config(
                    inChannels,
                    outChannels,
                    kernelH,
                    kernelW,
                    rows,
                    columns,
                    padH,
                    padW,
                    dilationH,
                    dilationW,
                    groups,
                    bias);
        }

        /** {@return these options with one padding both ways} */
        public Config padding(int both) {
            return padding(both, both);
        }

        /** {@return these options with another padding} */
        public Config padding(int rows, int columns) {
            return new Config(
                    inChannels,
                    outChannels,
                    kernelH,
                    kernelW,
                    strideH,
                    strideW,
                    rows,
                    columns,
                    dilationH,
                    dilationW,
                    groups,
                    bias);
        }

        /** {@return these options with one dilation both ways} */
        public Config dilation(int both) {
            return new Config(
                    inChannels, outChannels, kernelH, kernelW, strideH, strideW, padH, padW, both, both, groups, bias);
        }

        /** {@return these options with the padding that keeps sizes for stride 1 and a kernel of odd size} */
        public Config samePadding() {
            return padding(dilationH * (kernelH - 1) / 2, dilationW * (kernelW - 1) / 2);
        }

        /** {@return these options with another number of groups} */
        public Config groups(int count) {
            return new Config(
                    inChannels,
                    outChannels,
                    kernelH,
                    kernelW,
                    strideH,
                    strideW,
                    padH,
                    padW,
                    dilationH,
                    dilationW,
                    count,
                    bias);
        }

        /** {@return these options with another choice of bias} */
        public Config bias(boolean wanted) {
            return new Config(
                    inChannels,
                    outChannels,
                    kernelH,
                    kernelW,
                    strideH,
                    strideW,
                    padH,
                    padW,
                    dilationH,
                    dilationW,
                    groups,
                    wanted);
        }
    }

    /** Makes a layer with a square kernel, stride 1, no padding, and a bias. */
    public Conv2d(int inChannels, int outChannels, int kernel) {
        this(inChannels, outChannels, kernel, UnaryOperator.identity());
    }

    /** Makes a layer with options. */
    public Conv2d(int inChannels, int outChannels, int kernel, UnaryOperator<Config> options) {
        this.config = options.apply(new Config(inChannels, outChannels, kernel, kernel, 1, 1, 0, 0, 1, 1, 1, true));
        this.movement = new ConvOptions(
                config.strideH(),
                config.strideW(),
                config.padH(),
                config.padW(),
                config.dilationH(),
                config.dilationW(),
                config.groups(),
                false);
        int inOfGroup = config.inChannels() / config.groups();
        long fanIn = (long) inOfGroup * config.kernelH() * config.kernelW();
        Shape shape = Shape.of(config.outChannels(), inOfGroup, config.kernelH(), config.kernelW());
        this.weight = param("weight", Init.linearWeight(shape));
        this.bias = config.bias() ? param("bias", Init.linearBias(Shape.of(config.outChannels()), fanIn)) : null;
    }

    /** {@return the options} */
    public Config config() {
        return config;
    }

    /** {@return the weight, [out, in / groups, kH, kW]} */
    public Tensor weight() {
        return weight;
    }

    /** {@return the bias, [out]; null if there is none} */
    public @Nullable Tensor bias() {
        return bias;
    }

    @Override
    public Tensor forward(Tensor x) {
        return x.conv2d(weight, bias, movement);
    }

    @Override
    protected String description() {
        boolean padded = config.padH() > 0 || config.padW() > 0;
        return config.inChannels() + ", " + config.outChannels()
                + ", kernel_size=" + Checks.pair(config.kernelH(), config.kernelW())
                + ", stride=" + Checks.pair(config.strideH(), config.strideW())
                + (padded ? ", padding=" + Checks.pair(config.padH(), config.padW()) : "")
                + (config.dilationH() > 1 || config.dilationW() > 1
                        ? ", dilation=" + Checks.pair(config.dilationH(), config.dilationW())
                        : "")
                + (config.groups() > 1 ? ", groups=" + config.groups() : "")
                + (config.bias() ? "" : ", bias=False");
    }
}
