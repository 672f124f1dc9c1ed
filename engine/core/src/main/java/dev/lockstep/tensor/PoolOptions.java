package dev.lockstep.tensor;

import dev.lockstep.backend.op.Window;

/**
 * How a pooling window moves, with torch's defaults. Over sequences only the columns count.
 *
 * @param window size, stride and padding
 * @param ceilMode whether a window may reach over the end; one that would begin there is dropped
 * @param countIncludePad whether padding counts in an average
 * @param divisor what sums are divided by instead of their number; 0 for their number
 */
public record PoolOptions(Window window, boolean ceilMode, boolean countIncludePad, long divisor) {
    /** A square window that moves by its own size. */
    public static PoolOptions of(int kernel) {
        return of(kernel, kernel, 0);
    }

    /** A square window. */
    public static PoolOptions of(int kernel, int stride, int padding) {
        return new PoolOptions(new Window(kernel, kernel, stride, stride, padding, padding), false, true, 0);
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
        Window line = new Window(1, window.kernelW(), 1, window.strideW(), 0, window.padW());
        return new PoolOptions(line, ceilMode, countIncludePad, divisor);
    }
}
