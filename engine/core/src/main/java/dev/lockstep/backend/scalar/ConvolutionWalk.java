package dev.lockstep.backend.scalar;

import dev.lockstep.backend.op.Window;
import dev.lockstep.layout.Shape;

/**
 * Visits every product of a convolution once, in runs along an output row. Forward and both gradients are the same
 * walk: only what is multiplied and where it is added differs.
 */
final class ConvolutionWalk {
    /**
     * Takes a run: {@code y + i} belongs to {@code x + i * step} by the weight's element {@code w}, for i below count.
     */
    @FunctionalInterface
    interface Run {
        void accept(int y, int x, int w, int count);
    }

    private final Window window;
    private final int groups;
    private final int[] x; // N, C, H, W
    private final int[] w; // out, C / groups, kH, kW
    private final int outH;
    private final int outW;

    ConvolutionWalk(Window window, int groups, Shape x, Shape weight) {
        this.window = window;
        this.groups = groups;
        this.x = sizes(x);
        this.w = sizes(weight);
        this.outH = (int) window.outH(this.x[2]);
        this.outW = (int) window.outW(this.x[3]);
    }

    private static int[] sizes(Shape shape) {
        int[] sizes = new int[shape.rank()];
        for (int axis = 0; axis < sizes.length; axis++) {
            sizes[axis] = (int) shape.size(axis);
        }
        return sizes;
    }

    void each(Run run) {
        for (int n = 0; n < x[0]; n++) {
            for (int out = 0; out < w[0]; out++) {
                int group = out / (w[0] / groups);
                for (int c = 0; c < w[1]; c++) {
                    int plane = (n * x[1] + group * w[1] + c) * x[2] * x[3];
                    taps((n * w[0] + out) * outH * outW, plane, (out * w[1] + c) * w[2] * w[3], run);
                }
            }
        }
    }

    private void taps(int yPlane, int xPlane, int wPlane, Run run) {
        for (int kh = 0; kh < w[2]; kh++) {
            for (int oh = 0; oh < outH; oh++) {
                int h = oh * window.strideH() + kh * window.dilationH() - window.padH();
                if (h >= 0 && h < x[2]) {
                    row(yPlane + oh * outW, xPlane + h * x[3], wPlane + kh * w[3], run);
                }
            }
        }
    }

    private void row(int yRow, int xRow, int wRow, Run run) {
        for (int kw = 0; kw < w[3]; kw++) {
            int tap = kw * window.dilationW();
            int first = firstInside(window.padW() - tap, window.strideW());
            int end = Math.min(outW, endInside(x[3] + window.padW() - tap, window.strideW()));
            if (first < end) {
                int column = first * window.strideW() + tap - window.padW();
                run.accept(yRow + first, xRow + column, wRow + kw, end - first);
            }
        }
    }

    /** {@return the least output place whose input is not in the padding before the row} */
    private static int firstInside(int outside, int stride) {
        return Math.max(0, Math.ceilDiv(outside, stride));
    }

    /** {@return one past the last output place whose input is not behind the row} */
    private static int endInside(int inside, int stride) {
        return Math.ceilDiv(inside, stride);
    }
}
