package dev.lockstep.tensor;

/**
 * How a convolution moves over its images; the kernel's size is the weight's. Over sequences only the columns count.
 *
 * @param strideH rows at a time
 * @param strideW columns at a time
 * @param padH rows of zeros on either side
 * @param padW columns of zeros on either side
 * @param dilationH rows from one row of the kernel to the next
 * @param dilationW columns from one column of the kernel to the next
 * @param groups how many groups the channels fall into
 * @param same whether the padding is such that the output has the input's size; needs stride 1, and padding 0 here
 */
public record ConvOptions(
        int strideH, int strideW, int padH, int padW, int dilationH, int dilationW, int groups, boolean same) {
    /** Stride 1, no padding, no dilation, one group. */
    public static final ConvOptions DEFAULT = of(1, 0);

    /** Checks that sizes are kept only without a stride. */
    public ConvOptions {
        if (same && (strideH != 1 || strideW != 1 || padH != 0 || padW != 0)) {
            throw new IllegalArgumentException(
                    "convolution: padding 'same' needs stride 1 and no other padding, got stride " + strideH + "x"
                            + strideW + " and padding " + padH + "x" + padW);
        }
    }

    /** Options without dilation. */
    public ConvOptions(int strideH, int strideW, int padH, int padW, int groups) {
        this(strideH, strideW, padH, padW, 1, 1, groups, false);
    }

    /** The same stride and padding both ways, one group. */
    public static ConvOptions of(int stride, int padding) {
        return new ConvOptions(stride, stride, padding, padding, 1);
    }

    /** {@return these options with one stride both ways} */
    public ConvOptions stride(int both) {
        return stride(both, both);
    }

    /** {@return these options with another stride} */
    public ConvOptions stride(int rows, int columns) {
        return new ConvOptions(rows, columns, padH, padW, dilationH, dilationW, groups, same);
    }

    /** {@return these options with one padding both ways} */
    public ConvOptions padding(int both) {
        return padding(both, both);
    }

    /** {@return these options with another padding} */
    public ConvOptions padding(int rows, int columns) {
        return new ConvOptions(strideH, strideW, rows, columns, dilationH, dilationW, groups, false);
    }

    /** {@return these options with the padding that keeps sizes: torch's {@code padding='same'}} */
    public ConvOptions samePadding() {
        return new ConvOptions(strideH, strideW, 0, 0, dilationH, dilationW, groups, true);
    }

    /** {@return these options with one dilation both ways} */
    public ConvOptions dilation(int both) {
        return dilation(both, both);
    }

    /** {@return these options with another dilation} */
    public ConvOptions dilation(int rows, int columns) {
        return new ConvOptions(strideH, strideW, padH, padW, rows, columns, groups, same);
    }

    /** {@return these options with another number of groups} */
    public ConvOptions groups(int count) {
        return new ConvOptions(strideH, strideW, padH, padW, dilationH, dilationW, count, same);
    }

    /** {@return these options for a kernel that has one row} */
    ConvOptions alongColumns() {
        return new ConvOptions(1, strideW, 0, padW, 1, dilationW, groups, same);
    }
}
