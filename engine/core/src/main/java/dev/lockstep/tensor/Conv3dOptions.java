package dev.lockstep.tensor;

/**
 * How a convolution moves over volumes.
 *
 * @param strideD planes at a time
 * @param padD planes of zeros on either side
 * @param dilationD planes from one plane of the kernel to the next
 * @param plane how it moves within a plane
 */
public record Conv3dOptions(int strideD, int padD, int dilationD, ConvOptions plane) {
    /** The same stride and padding all ways, one group. */
    public static Conv3dOptions of(int stride, int padding) {
        return new Conv3dOptions(stride, padding, 1, ConvOptions.of(stride, padding));
    }

    /** {@return these options with one dilation all ways} */
    public Conv3dOptions dilation(int all) {
        return new Conv3dOptions(strideD, padD, all, plane.dilation(all));
    }

    /** {@return these options with another number of groups} */
    public Conv3dOptions groups(int count) {
        return new Conv3dOptions(strideD, padD, dilationD, plane.groups(count));
    }
}
