package dev.lockstep.tensor;

import dev.lockstep.backend.op.Window;

/**
 * How a pooling window moves, with torch's defaults. Over sequences only the columns count.
 *
 * @param window size, stride, padding and, for maxima, dilation
 * @param ceilMode whether a window may reach over the end; one that would begin there is dropped
 * @param countIncludePad whether padding counts in an average
 * @param divisor what sums are divided by instead of their number; 0 for their number
 */
public record PoolOptions(Window window, boolean ceilMode, boolean countIncludePad, long divisor) {
    /**
     * Checks the padding.
     *
     * @throws IllegalArgumentException if it is more than half of the window
     */
    public PoolOptions {
        if (window.padH() > window.kernelH() / 2 || window.padW() > window.kernelW() / 2) {
            throw new IllegalArgumentException("pooling: padding " + window.padH() + "x" + window.padW()
                    + " is more than half of the kernel, " + window.kernelH() + "x" + window.kernelW());
        }
    }

    /** A square window that moves by its own size. */
    public static PoolOptions of(int kernel) {
        return of(kernel, kernel, 0);
    }

    /** A square window. */
    public static PoolOptions of(int kernel, int stride, int padding) {
        return new PoolOptions(new Window(kernel, kernel, stride, stride, padding, padding), false, true, 0);
    }

    /** {@return these options with one stride both ways} */
    public PoolOptions stride(int both) {
        return stride(both, both);
    }

    /** {@return these options with another stride} */
    public PoolOptions stride(int rows, int columns) {
        return window(window.stride(rows, columns));
    }

    /** {@return these options with one padding on all sides} */
    public PoolOptions padding(int both) {
        return padding(both, both);
    }

    /** {@return these options with another padding} */
    public PoolOptions padding(int rows, int columns) {
        return window(window.padding(rows, columns));
    }

    /** {@return these options with one dilation both ways} Averages take none. */
    public PoolOptions dilation(int both) {
        return dilation(both, both);
    }

    /** {@return these options with another dilation: how far apart the rows and the columns of a window are} */
    public PoolOptions dilation(int rows, int columns) {
        return window(window.dilation(rows, columns));
    }

    /** {@return these options with another window} */
    public PoolOptions window(Window other) {
        return new PoolOptions(other, ceilMode, countIncludePad, divisor);
    }

    /** {@return these options with another choice of windows that reach over the end} */
    public PoolOptions ceilMode(boolean wanted) {
        return new PoolOptions(window, wanted, countIncludePad, divisor);
    }

    /** {@return these options with another choice of counting padding} */
    public PoolOptions countIncludePad(boolean wanted) {
        return new PoolOptions(window, ceilMode, wanted, divisor);
    }

    /** {@return these options with another divisor} */
    public PoolOptions divisor(long number) {
        return new PoolOptions(window, ceilMode, countIncludePad, number);
    }

    /** {@return these options for a window that has one row} */
    PoolOptions alongColumns() {
        return window(new Window(1, window.kernelW(), 1, window.strideW(), 0, window.padW(), 1, window.dilationW()));
    }
}
