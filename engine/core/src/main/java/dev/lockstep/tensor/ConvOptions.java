package dev.lockstep.tensor;

/**
 * How a convolution moves over its images; the kernel's size is the weight's.
 *
 * @param strideH rows at a time
 * @param strideW columns at a time
 * @param padH rows of zeros on either side
 * @param padW columns of zeros on either side
 * @param groups how many groups the channels fall into
 */
public record ConvOptions(int strideH, int strideW, int padH, int padW, int groups) {
    /** The same stride and padding both ways, one group. */
    public static ConvOptions of(int stride, int padding) {
        return new ConvOptions(stride, stride, padding, padding, 1);
    }

    /** {@return these options with another number of groups} */
    public ConvOptions groups(int count) {
        return new ConvOptions(strideH, strideW, padH, padW, count);
    }
}
