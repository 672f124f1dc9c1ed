package dev.lockstep.backend;

import dev.lockstep.backend.op.Convolution;
import dev.lockstep.backend.op.Window;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.util.List;

/** Shape rules of convolution and pooling. */
final class ConvolutionShapes {
    private ConvolutionShapes() {}

    static List<ValueSpec> outputs(Convolution op, Inputs in) {
        return switch (op) {
            case Convolution.Conv2d conv -> conv2d(conv, in);
            case Convolution.Conv2dInputGrad(Window window, int groups, Shape shape) -> {
                in.expect(2);
                in.expectFloating();
                in.expectShape(0, convolved(window, groups, shape, in.shape(1), in), "the gradient");
                yield Inputs.channelsLast(shape, in.dtype(0));
            }
            case Convolution.Conv2dWeightGrad(Window window, int groups, Shape shape) -> {
                in.expect(2);
                in.expectFloating();
                in.expectShape(0, convolved(window, groups, in.shape(1), shape, in), "the gradient");
                yield Inputs.contiguous(shape, in.dtype(0));
            }
            case Convolution.MaxPool2d(Window window) -> {
                var layout = Layout.channelsLast(pool(window, in));
                yield List.of(new ValueSpec(layout, in.dtype(0)), new ValueSpec(layout, DType.I32));
            }
            case Convolution.AvgPool2d(Window window) ->
                Inputs.channelsLast(pool(undilated(window, in), in), in.dtype(0));
            case Convolution.MaxPool2dGrad(Window window, Shape shape) -> {
                in.expect(2);
                if (!in.dtype(0).isFloating() || in.dtype(1) != DType.I32) {
                    throw in.refuse(
                            "needs a floating gradient and an I32 index, got " + in.dtype(0) + " and " + in.dtype(1));
                }
                in.expectShape(1, in.shape(0), "the index");
                in.expectShape(0, pooled(window, shape, in), "the gradient");
                yield Inputs.channelsLast(shape, in.dtype(0));
            }
            case Convolution.AvgPool2dGrad(Window window, Shape shape) -> {
                in.expect(1);
                in.expectFloating();
                in.expectShape(0, pooled(undilated(window, in), shape, in), "the gradient");
                yield Inputs.channelsLast(shape, in.dtype(0));
            }
        };
    }

    private static List<ValueSpec> conv2d(Convolution.Conv2d op, Inputs in) {
        in.expect(op.hasBias() ? 3 : 2);
        in.expectFloating();
        Shape result = convolved(op.window(), op.groups(), in.shape(0), in.shape(1), in);
        if (op.hasBias()) {
            in.expectShape(2, Shape.of(result.size(1)), "the bias");
        }
        return Inputs.channelsLast(result, in.dtype(0));
    }

    private static Shape convolved(Window window, int groups, Shape x, Shape weight, Inputs in) {
        if (x.rank() != 4 || weight.rank() != 4) {
            throw in.refuse("needs [N, C, H, W] and [out, in / groups, kH, kW], got " + x + " and " + weight);
        }
        if (groups < 1 || x.size(1) != weight.size(1) * groups || weight.size(0) % groups != 0) {
            throw in.refuse("channels do not fit in " + groups + " groups: " + x + " with weight " + weight);
        }
        if (weight.size(2) != window.kernelH() || weight.size(3) != window.kernelW()) {
            throw in.refuse("the window is " + window.kernelH() + "x" + window.kernelW() + ", the weight " + weight);
        }
        return slid(window, x, weight.size(0), in);
    }

    private static Shape pool(Window window, Inputs in) {
        in.expect(1);
        in.expectFloating();
        return pooled(window, in.shape(0), in);
    }

    private static Window undilated(Window window, Inputs in) {
        if (window.isDilated()) {
            throw in.refuse("averages have no dilation, got " + window);
        }
        return window;
    }

    private static Shape pooled(Window window, Shape x, Inputs in) {
        if (x.rank() != 4) {
            throw in.refuse("needs [N, C, H, W], got " + x);
        }
        if (2 * window.padH() > window.kernelH() || 2 * window.padW() > window.kernelW()) {
            throw in.refuse("padding " + window.padH() + "x" + window.padW() + " is more than half of the window "
                    + window.kernelH() + "x" + window.kernelW());
        }
        Shape result = slid(window, x, x.size(1), in);
        boolean covers = reaches(window.dilationH(), window.padH(), x.size(2))
                && reaches(window.dilationW(), window.padW(), x.size(3));
        if (!covers) {
            throw in.refuse("the gaps of " + window + " leave a window over " + x + " with nothing but padding");
        }
        return result;
    }

    /**
     * {@return whether the first row or column of a dilated window that lies behind the padding is inside the image}
     */
    private static boolean reaches(int dilation, int pad, long size) {
        return dilation == 1 || Math.floorMod(-pad, dilation) < size;
    }

    private static Shape slid(Window window, Shape x, long channels, Inputs in) {
        long h = window.outH(x.size(2));
        long w = window.outW(x.size(3));
        if (h < 1 || w < 1) {
            throw in.refuse("a window of " + window.kernelH() + "x" + window.kernelW() + " does not fit " + x
                    + " with padding " + window.padH() + "x" + window.padW());
        }
        return Shape.of(x.size(0), channels, h, w);
    }
}
