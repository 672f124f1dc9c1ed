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
 */
public record Window(int kernelH, int kernelW, int strideH, int strideW, int padH, int padW) {
    /** Checks the numbers. */
    public Window {
        if (kernelH < 1 || kernelW < 1 || strideH < 1 || strideW < 1 || padH < 0 || padW < 0) {
            throw new IllegalArgumentException("window: kernel " + kernelH + "x" + kernelW + ", stride " + strideH + "x"
                    + strideW + ", padding " + padH + "x" + padW + " is not possible");
        }
    }

    /** {@return the output height for an input of height {@code h}: floor((h + 2 pad - kernel) / stride) + 1} */
    public long outH(long h) {
        return Math.floorDiv(h + 2L * padH - kernelH, strideH) + 1;
    }

    /** {@return the output width for an input of width {@code w}} */
    public long outW(long w) {
        return Math.floorDiv(w + 2L * padW - kernelW, strideW) + 1;
    }
}
