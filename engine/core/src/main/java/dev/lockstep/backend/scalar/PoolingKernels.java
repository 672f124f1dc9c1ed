package dev.lockstep.backend.scalar;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Window;
import dev.lockstep.layout.Shape;

/** Pooling over image planes. Sums run over a window in C order, in the arithmetic of the dtype. */
final class PoolingKernels {
    /** Takes one output element and the part of its window that lies inside the image. */
    @FunctionalInterface
    private interface Place {
        void accept(int y, int plane, int[] box);
    }

    private PoolingKernels() {}

    /** Visits every output; {@code box} is first row, end row, first column, end column, those of padding left out. */
    private static void each(Window window, Shape x, Shape y, Place place) {
        int planes = (int) (y.size(0) * y.size(1));
        int outH = (int) y.size(2);
        int outW = (int) y.size(3);
        int[] box = new int[4];
        for (int at = 0; at < planes * outH * outW; at++) {
            int h = at / outW % outH * window.strideH() - window.padH();
            int w = at % outW * window.strideW() - window.padW();
            box[0] = inside(h, window.dilationH());
            box[1] = (int) Math.min(h + window.spanH(), x.size(2));
            box[2] = inside(w, window.dilationW());
            box[3] = (int) Math.min(w + window.spanW(), x.size(3));
            place.accept(at, at / (outH * outW), box);
        }
    }

    /** {@return the first place of a window, which begins at {@code start}, that is not before the image} */
    private static int inside(int start, int dilation) {
        return start >= 0 ? start : Math.floorMod(start, dilation);
    }

    static void max(Window window, Value in, Value out, Value index) {
        double[] x = Elements.reals(in);
        double[] y = new double[Rows.count(out.shape())];
        long[] first = new long[y.length];
        int width = (int) in.shape().size(3);
        int area = width * (int) in.shape().size(2);
        each(window, in.shape(), out.shape(), (at, plane, box) -> {
            int best = box[0] * width + box[2];
            for (int h = box[0]; h < box[1]; h += window.dilationH()) {
                for (int w = box[2]; w < box[3]; w += window.dilationW()) {
                    best = better(x, plane * area, best, h * width + w);
                }
            }
            y[at] = x[plane * area + best];
            first[at] = best;
        });
        Elements.write(out, y);
        Elements.write(index, first);
    }

    /** {@return the candidate if it is larger, or the first NaN} */
    private static int better(double[] x, int plane, int best, int candidate) {
        double old = x[plane + best];
        double value = x[plane + candidate];
        boolean wins = value > old || (Double.isNaN(value) && !Double.isNaN(old));
        return wins ? candidate : best;
    }

    /** Adds the gradients of overlapping windows in the windows' C order. */
    static void maxGrad(Value[] in, Value out) {
        double[] g = Elements.reals(in[0]);
        long[] index = Elements.integers(in[1]);
        double[] dx = new double[Rows.count(out.shape())];
        int area = (int) (out.shape().size(2) * out.shape().size(3));
        int outArea = (int) (in[0].shape().size(2) * in[0].shape().size(3));
        Arithmetic m = Arithmetic.of(in[0].dtype());
        for (int i = 0; i < g.length; i++) {
            if (index[i] < 0 || index[i] >= area) {
                throw new IllegalArgumentException("maxPool2dGrad: index " + index[i] + " at "
                        + Rows.position(in[1].shape(), i) + " is out of range for a plane of " + area);
            }
            int at = i / outArea * area + (int) index[i];
            dx[at] = m.add(dx[at], g[i]);
        }
        Elements.write(out, dx);
    }

    static void average(Window window, Value in, Value out) {
        double[] x = Elements.reals(in);
        double[] y = new double[Rows.count(out.shape())];
        int width = (int) in.shape().size(3);
        int area = width * (int) in.shape().size(2);
        int size = window.kernelH() * window.kernelW();
        Arithmetic m = Arithmetic.of(in.dtype());
        each(window, in.shape(), out.shape(), (at, plane, box) -> {
            double sum = 0;
            for (int h = box[0]; h < box[1]; h++) {
                for (int w = box[2]; w < box[3]; w++) {
                    sum = m.add(sum, x[plane * area + h * width + w]);
                }
            }
            y[at] = m.div(sum, size);
        });
        Elements.write(out, y);
    }

    static void averageGrad(Window window, Value g, Value out) {
        double[] gradient = Elements.reals(g);
        double[] dx = new double[Rows.count(out.shape())];
        int width = (int) out.shape().size(3);
        int area = width * (int) out.shape().size(2);
        int size = window.kernelH() * window.kernelW();
        Arithmetic m = Arithmetic.of(g.dtype());
        each(window, out.shape(), g.shape(), (at, plane, box) -> {
            double share = m.div(gradient[at], size);
            for (int h = box[0]; h < box[1]; h++) {
                for (int w = box[2]; w < box[3]; w++) {
                    int target = plane * area + h * width + w;
                    dx[target] = m.add(dx[target], share);
                }
            }
        });
        Elements.write(out, dx);
    }
}
