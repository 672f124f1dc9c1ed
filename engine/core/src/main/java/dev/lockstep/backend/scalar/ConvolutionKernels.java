package dev.lockstep.backend.scalar;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Convolution;
import dev.lockstep.backend.op.Window;
import dev.lockstep.layout.Shape;

/** Convolutions. Products and sums are f64, rounded once at the end. */
final class ConvolutionKernels {
    private ConvolutionKernels() {}

    static void run(Convolution op, Value[] in, Value[] out) {
        switch (op) {
            case Convolution.Conv2d conv -> forward(conv, in, out[0]);
            case Convolution.Conv2dInputGrad(Window window, int groups, Shape shape) -> {
                var walk = new ConvolutionWalk(window, groups, shape, in[1].shape());
                inputGrad(walk, window.strideW(), in, out[0]);
            }
            case Convolution.Conv2dWeightGrad(Window window, int groups, Shape shape) -> {
                var walk = new ConvolutionWalk(window, groups, in[1].shape(), shape);
                weightGrad(walk, window.strideW(), in, out[0]);
            }
            case Convolution.MaxPool2d(Window window) -> PoolingKernels.max(window, in[0], out[0], out[1]);
            case Convolution.MaxPool2dGrad(Window window, Shape shape) -> PoolingKernels.maxGrad(in, out[0]);
            case Convolution.AvgPool2d(Window window) -> PoolingKernels.average(window, in[0], out[0]);
            case Convolution.AvgPool2dGrad(Window window, Shape shape) ->
                PoolingKernels.averageGrad(window, in[0], out[0]);
        }
    }

    private static void forward(Convolution.Conv2d op, Value[] in, Value out) {
        double[] x = Elements.reals(in[0]);
        double[] weight = Elements.reals(in[1]);
        double[] y = new double[Rows.count(out.shape())];
        if (op.hasBias()) {
            double[] bias = Elements.reals(in[2]);
            int plane = (int) (out.shape().size(2) * out.shape().size(3));
            for (int i = 0; i < y.length; i++) {
                y[i] = bias[i / plane % bias.length];
            }
        }
        int step = op.window().strideW();
        new ConvolutionWalk(op.window(), op.groups(), in[0].shape(), in[1].shape()).each((atY, atX, atW, count) -> {
            double factor = weight[atW];
            for (int i = 0; i < count; i++) {
                y[atY + i] += factor * x[atX + i * step];
            }
        });
        Elements.write(out, y);
    }

    private static void inputGrad(ConvolutionWalk walk, int step, Value[] in, Value out) {
        double[] g = Elements.reals(in[0]);
        double[] weight = Elements.reals(in[1]);
        double[] dx = new double[Rows.count(out.shape())];
        walk.each((atY, atX, atW, count) -> {
            double factor = weight[atW];
            for (int i = 0; i < count; i++) {
                dx[atX + i * step] += factor * g[atY + i];
            }
        });
        Elements.write(out, dx);
    }

    private static void weightGrad(ConvolutionWalk walk, int step, Value[] in, Value out) {
        double[] g = Elements.reals(in[0]);
        double[] x = Elements.reals(in[1]);
        double[] dw = new double[Rows.count(out.shape())];
        walk.each((atY, atX, atW, count) -> {
            double sum = dw[atW];
            for (int i = 0; i < count; i++) {
                sum += g[atY + i] * x[atX + i * step];
            }
            dw[atW] = sum;
        });
        Elements.write(out, dw);
    }
}
