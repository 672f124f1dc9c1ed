package dev.lockstep.backend.op;

/**
 * How a 2-D window moves over an image.
 *
 * @param kernelH height of the window
 * @param kernelW width of the window
 * @param strideH rows it moves at a time
 * @param strideW columns it moves at a time
 * @param padH rows of padding on either side
 * @param padW columns of padding on either side
 * @param dilationH rows from one row of the window to the next
 * @param dilationW columns from one column of the window to the next
 */
public record Window(
        int kernelH, int kernelW, int strideH, int strideW, int padH, int padW, int dilationH, int dilationW) {
    /** Checks the numbers. */
    public Window {
        if (dilationH < 1 || dilationW < 1) {
            throw new IllegalArgumentException("window: dilation " + dilationH + "x" + dilationW + " is not possible");
        }
        if (kernelH < 1 || kernelW < 1 || strideH < 1 || strideW < 1 || padH < 0 || padW < 0) {
            throw new IllegalArgumentException("window: kernel " + kernelH + "x" + kernelW + ", stride " + strideH + "x"
                    + strideW + ", padding " + padH + "x" + padW + " is not possible");
        }
    }

    /** Makes a window without dilation. */
    @SuppressWarnings("checkstyle:ParameterNumber") // the same numbers as the record's own, in their order
    public Window(int kernelH, int kernelW, int strideH, int strideW, int padH, int padW) {
        this(kernelH, kernelW, strideH, strideW, padH, padW, 1, 1);
    }

    /** {@return this window with another stride} */
    public Window stride(int rows, int columns) {
        return new Window(kernelH, kernelW, rows, columns, padH, padW, dilationH, dilationW);
    }

    /** {@return this window with another padding} */
    public Window padding(int rows, int columns) {
        return new Window(kernelH, kernelW, strideH, strideW, rows, columns, dilationH, dilationW);
    }

    /** {@return this window with other gaps} */
    public Window dilation(int rows, int columns) {
        return new Window(kernelH, kernelW, strideH, strideW, padH, padW, rows, columns);
    }

    /** {@return whether the window has gaps} */
    public boolean isDilated() {
        return dilationH > 1 || dilationW > 1;
    }

    /**
     * {@return the output height for an input of height {@code h}: floor((h + 2 pad - span) / stride) + 1, where the
     * window spans dilation (kernel - 1) + 1 rows}
     */
    public long outH(long h) {
        return Math.floorDiv(h + 2L * padH - spanH(), strideH) + 1;
    }

    /** {@return the output width for an input of width {@code w}} */
    public long outW(long w) {
        return Math.floorDiv(w + 2L * padW - spanW(), strideW) + 1;
    }

    /** {@return the rows from the window's first to its last, both counted} */
    public long spanH() {
        return (long) dilationH * (kernelH - 1) + 1;
    }

    /** {@return the columns from the window's first to its last, both counted} */
    public long spanW() {
        return (long) dilationW * (kernelW - 1) + 1;
    }
}
