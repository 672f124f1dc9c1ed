package dev.lockstep.nn;

import dev.lockstep.tensor.ConvOptions;

/**
 * The options of convolutions. Over sequences only the columns count; over volumes those of columns hold for planes as
 * well.
 *
 * @param inChannels channels of the input
 * @param outChannels channels of the output
 * @param kernelH height of the kernel; 1 over sequences
 * @param kernelW width of the kernel
 * @param movement stride, padding, dilation, groups
 * @param outputPadding rows and columns by which the output of a transposed convolution is larger than it must be
 * @param bias whether a number is added to each output channel
 */
public record ConvConfig(
        int inChannels,
        int outChannels,
        int kernelH,
        int kernelW,
        ConvOptions movement,
        int outputPadding,
        boolean bias) {
    /** Checks the numbers. */
    public ConvConfig {
        Checks.atLeast("convolution", "inChannels", inChannels, 1);
        Checks.atLeast("convolution", "outChannels", outChannels, 1);
        Checks.atLeast("convolution", "kernel", Math.min(kernelH, kernelW), 1);
        Checks.atLeast("convolution", "outputPadding", outputPadding, 0);
        Checks.atLeast("convolution", "stride", Math.min(movement.strideH(), movement.strideW()), 1);
        Checks.atLeast("convolution", "padding", Math.min(movement.padH(), movement.padW()), 0);
        Checks.atLeast("convolution", "dilation", Math.min(movement.dilationH(), movement.dilationW()), 1);
        Checks.atLeast("convolution", "groups", movement.groups(), 1);
        if (inChannels % movement.groups() != 0 || outChannels % movement.groups() != 0) {
            throw new IllegalArgumentException("convolution: " + movement.groups() + " groups do not divide "
                    + inChannels + " and " + outChannels + " channels");
        }
    }

    /** Stride 1, no padding, one group, and a bias. */
    static ConvConfig of(int inChannels, int outChannels, int kernelH, int kernelW) {
        return new ConvConfig(inChannels, outChannels, kernelH, kernelW, ConvOptions.DEFAULT, 0, true);
    }

    /** {@return these options with a kernel of another height and width} */
    public ConvConfig kernel(int height, int width) {
        return new ConvConfig(inChannels, outChannels, height, width, movement, outputPadding, bias);
    }

    /** {@return these options with another stride} */
    public ConvConfig stride(int rows, int columns) {
        return movement(movement.stride(rows, columns));
    }

    /** {@return these options with another padding} */
    public ConvConfig padding(int rows, int columns) {
        return movement(movement.padding(rows, columns));
    }

    /** {@return these options with another dilation} */
    public ConvConfig dilation(int rows, int columns) {
        return movement(movement.dilation(rows, columns));
    }

    /** {@return these options with one stride all ways} */
    public ConvConfig stride(int all) {
        return movement(movement.stride(all));
    }

    /** {@return these options with one padding all ways} */
    public ConvConfig padding(int all) {
        return movement(movement.padding(all));
    }

    /** {@return these options with the padding that keeps sizes} */
    public ConvConfig samePadding() {
        return movement(movement.samePadding());
    }

    /** {@return these options with one dilation all ways} */
    public ConvConfig dilation(int all) {
        return movement(movement.dilation(all));
    }

    /** {@return these options with another number of groups} */
    public ConvConfig groups(int count) {
        return movement(movement.groups(count));
    }

    /** {@return these options with another movement} */
    public ConvConfig movement(ConvOptions other) {
        return new ConvConfig(inChannels, outChannels, kernelH, kernelW, other, outputPadding, bias);
    }

    /** {@return these options with another output padding} */
    public ConvConfig outputPadding(int all) {
        return new ConvConfig(inChannels, outChannels, kernelH, kernelW, movement, all, bias);
    }

    /** {@return these options with another choice of bias} */
    public ConvConfig bias(boolean wanted) {
        return new ConvConfig(inChannels, outChannels, kernelH, kernelW, movement, outputPadding, wanted);
    }
}
