package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.op.Window;
import dev.lockstep.layout.Shape;

/**
 * Which rows and columns of an image a window covers, and which windows cover a row or column. Immutable.
 *
 * @param images how many images there are
 * @param channels how many channels
 * @param rows the image's height with the windows' rows
 * @param columns the image's width with the windows' columns
 */
record PoolGeometry(long images, long channels, Axis rows, Axis columns) {
    /**
     * One axis of an image and of the windows over it: pairs of arrays hold the first of a range and the one after its
     * last.
     *
     * @param size of the image
     * @param windows how many there are
     * @param start the first place inside the image that a window covers
     * @param end the place after the last that a window covers
     * @param firstOver the first window that covers a place
     * @param endOver the window after the last that covers a place
     */
    @SuppressWarnings("ArrayRecordComponent") // Tables, never compared.
    record Axis(int size, int windows, int[] start, int[] end, int[] firstOver, int[] endOver) {
        static Axis of(long imageSize, int kernel, int stride, int pad) {
            int size = Math.toIntExact(imageSize);
            int windows = (size + 2 * pad - kernel) / stride + 1;
            var axis = new Axis(size, windows, new int[windows], new int[windows], new int[size], new int[size]);
            for (int i = 0; i < windows; i++) {
                axis.start[i] = Math.max(i * stride - pad, 0);
                axis.end[i] = Math.min(i * stride - pad + kernel, size);
            }
            for (int i = 0; i < size; i++) {
                axis.firstOver[i] = Math.max(Math.floorDiv(i + pad - kernel, stride) + 1, 0);
                axis.endOver[i] = Math.min((i + pad) / stride + 1, windows);
            }
            return axis;
        }

        /** {@return whether each place is in one window, and all windows have as many} */
        boolean isPartition() {
            int each = size / windows;
            for (int i = 0; i < windows; i++) {
                if (start[i] != i * each || end[i] != (i + 1) * each) {
                    return false;
                }
            }
            return each * windows == size;
        }
    }

    /** Describes windows over images [N, C, H, W]. */
    static PoolGeometry of(Window window, Shape x) {
        return new PoolGeometry(
                x.size(0),
                x.size(1),
                Axis.of(x.size(2), window.kernelH(), window.strideH(), window.padH()),
                Axis.of(x.size(3), window.kernelW(), window.strideW(), window.padW()));
    }

    /** {@return the bytes of a pixel, which is its channels as 4-byte numbers} */
    long pixelBytes() {
        return channels * Float.BYTES;
    }

    /** {@return how many pixels an image has} */
    int area() {
        return Math.multiplyExact(rows.size(), columns.size());
    }

    /** {@return how many windows an image has} */
    int windows() {
        return Math.multiplyExact(rows.windows(), columns.windows());
    }

    /**
     * {@return whether whole vectors may be read and written at each pixel of an image} Those of few channels reach
     * into the pixels behind, which are read for nothing and written anew later; so another image must follow.
     */
    boolean takesVectors(long image) {
        boolean roomBehind = image + 1 < images && Math.min(area(), windows()) * pixelBytes() >= Lanes.BYTES;
        return channels >= Lanes.COUNT || roomBehind;
    }

    /** {@return the bytes between the vectors of a pixel's beginning and its last vector, which ends with the pixel} */
    long lastVector() {
        return Math.max(0, pixelBytes() - Lanes.BYTES);
    }
}
