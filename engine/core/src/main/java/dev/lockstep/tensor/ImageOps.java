package dev.lockstep.tensor;

import dev.lockstep.backend.op.Convolution.Conv2d;
import dev.lockstep.backend.op.Convolution.Conv2dInputGrad;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.Shaping.NarrowGrad;
import dev.lockstep.backend.op.Window;
import dev.lockstep.layout.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Convolutions over sequences, images and volumes, all by the one over images: a sequence is an image of one row, a
 * volume a sum over the planes of the kernel, and the transposed one the gradient of the other for its input.
 */
final class ImageOps {
    private ImageOps() {}

    static Tensor conv2d(Tensor x, Tensor weight, @Nullable Tensor bias, ConvOptions options) {
        if (weight.rank() != 4) {
            throw Engine.wrong("conv2d: weight must be [out, in / groups, kH, kW], got " + weight.shape());
        }
        if (x.rank() == 3) {
            return conv2d(x.unsqueeze(0), weight, bias, options).squeeze(0);
        }
        Tensor image = x;
        ConvOptions movement = options;
        if (options.same()) {
            long rows = options.dilationH() * (weight.size(2) - 1);
            long columns = options.dilationW() * (weight.size(3) - 1);
            image = PaddingOps.pad(x, PadMode.CONSTANT, 0, 0, columns % 2, 0, rows % 2);
            movement = options.padding((int) rows / 2, (int) columns / 2);
        }
        Op op = Autocast.product(new Conv2d(window(weight, movement), movement.groups(), bias != null), image, weight);
        return bias == null ? Engine.run(op, image, weight) : Engine.run(op, image, weight, bias);
    }

    private static Window window(Tensor weight, ConvOptions options) {
        return new Window(
                Math.toIntExact(weight.size(2)),
                Math.toIntExact(weight.size(3)),
                options.strideH(),
                options.strideW(),
                options.padH(),
                options.padW(),
                options.dilationH(),
                options.dilationW());
    }

    static Tensor conv1d(Tensor x, Tensor weight, @Nullable Tensor bias, ConvOptions options) {
        if (weight.rank() != 3 || x.rank() < 2 || x.rank() > 3) {
            throw Engine.wrong("conv1d: needs [N, C, L] and weight [out, in / groups, k], got " + x.shape() + " and "
                    + weight.shape());
        }
        return conv2d(x.unsqueeze(-2), weight.unsqueeze(-2), bias, options.alongColumns())
                .squeeze(-2);
    }

    static Tensor conv3d(Tensor x, Tensor weight, @Nullable Tensor bias, Conv3dOptions options) {
        if (weight.rank() != 5 || x.rank() != 5) {
            throw Engine.wrong("conv3d: needs [N, C, D, H, W] and weight [out, in / groups, kD, kH, kW], got "
                    + x.shape() + " and " + weight.shape());
        }
        Tensor padded = PaddingOps.pad(x, PadMode.CONSTANT, 0, 0, 0, 0, 0, options.padD(), options.padD());
        long span = options.dilationD() * (weight.size(2) - 1) + 1;
        long planes = Math.floorDiv(padded.size(2) - span, options.strideD()) + 1;
        if (planes < 1) {
            throw Engine.wrong("conv3d: a kernel of " + weight.shape() + " does not fit " + x.shape());
        }
        @Nullable Tensor sum = null;
        for (int k = 0; k < weight.size(2); k++) {
            long start = (long) k * options.dilationD();
            Tensor seen = padded.slice(2, start, start + (planes - 1) * options.strideD() + 1, options.strideD());
            Tensor images = seen.transpose(1, 2).flatten(0, 1); // [N D', C, H, W]
            Tensor part = conv2d(images, weight.select(2, k), k == 0 ? bias : null, options.plane());
            sum = sum == null ? part : sum.add(part);
        }
        Tensor whole = sum == null ? x : sum;
        return whole.unflatten(0, x.size(0), planes).transpose(1, 2);
    }

    static Tensor convTranspose2d(
            Tensor x, Tensor weight, @Nullable Tensor bias, ConvOptions options, long[] outputPadding) {
        if (weight.rank() != 4 || x.rank() != 4 || x.size(1) != weight.size(0)) {
            throw Engine.wrong("convTranspose2d: needs [N, C, H, W] and weight [C, out / groups, kH, kW], got "
                    + x.shape() + " and " + weight.shape());
        }
        Window window = window(weight, options);
        long rows = (x.size(2) - 1) * options.strideH()
                - 2L * options.padH()
                + options.dilationH() * (weight.size(2) - 1)
                + outputPadding[0]
                + 1;
        long columns = (x.size(3) - 1) * options.strideW()
                - 2L * options.padW()
                + options.dilationW() * (weight.size(3) - 1)
                + outputPadding[1]
                + 1;
        Shape shape = Shape.of(x.size(0), weight.size(1) * options.groups(), rows, columns);
        Op op = Autocast.product(new Conv2dInputGrad(window, options.groups(), shape), x, weight);
        Tensor y = Engine.run(op, x, weight);
        return bias == null ? y : y.add(bias.reshape(-1, 1, 1));
    }

    static Tensor convTranspose1d(
            Tensor x, Tensor weight, @Nullable Tensor bias, ConvOptions options, long outputPadding) {
        if (weight.rank() != 3 || x.rank() != 3) {
            throw Engine.wrong("convTranspose1d: needs [N, C, L] and weight [C, out / groups, k], got " + x.shape()
                    + " and " + weight.shape());
        }
        long[] padding = {0, outputPadding};
        return convTranspose2d(x.unsqueeze(-2), weight.unsqueeze(-2), bias, options.alongColumns(), padding)
                .squeeze(-2);
    }

    /** Takes each kernel's patch out of images: [N, C, H, W] to [N, C kH kW, L], the patches in C order. */
    static Tensor unfold(Tensor x, Window window) {
        Tensor padded =
                PaddingOps.pad(x, PadMode.CONSTANT, 0, window.padW(), window.padW(), window.padH(), window.padH());
        Tensor[] taps = new Tensor[window.kernelH() * window.kernelW()];
        for (int i = 0; i < taps.length; i++) {
            taps[i] = tap(padded, window, i, x.shape());
        }
        return Tensors.stack(2, taps).reshape(x.size(0), x.size(1) * taps.length, -1);
    }

    private static Tensor tap(Tensor padded, Window window, int tap, Shape image) {
        long row = (long) tap / window.kernelW() * window.dilationH();
        long column = (long) tap % window.kernelW() * window.dilationW();
        long lastRow = row + (window.outH(image.size(2)) - 1) * window.strideH();
        long lastColumn = column + (window.outW(image.size(3)) - 1) * window.strideW();
        return padded.slice(2, row, lastRow + 1, window.strideH()).slice(3, column, lastColumn + 1, window.strideW());
    }

    /** Adds patches up in images of H x W: the transpose of {@link #unfold}. */
    static Tensor fold(Tensor patches, Window window, long height, long width) {
        int taps = window.kernelH() * window.kernelW();
        long rows = window.outH(height);
        long columns = window.outW(width);
        if (patches.rank() != 3 || patches.size(1) % taps != 0 || patches.size(2) != rows * columns) {
            throw Engine.wrong("fold: needs [N, C " + taps + ", " + rows * columns + "], got " + patches.shape());
        }
        long channels = patches.size(1) / taps;
        Tensor parts = patches.reshape(patches.size(0), channels, taps, rows, columns);
        Shape padded = Shape.of(patches.size(0), channels, height + 2L * window.padH(), width + 2L * window.padW());
        Tensor sum = Tensors.zeros(patches.dtype(), padded.toArray());
        for (int i = 0; i < taps; i++) {
            sum = sum.add(placed(parts.select(2, i), window, i, padded));
        }
        return sum.narrow(2, window.padH(), height).narrow(3, window.padW(), width);
    }

    private static Tensor placed(Tensor part, Window window, int tap, Shape padded) {
        long row = (long) tap / window.kernelW() * window.dilationH();
        long column = (long) tap % window.kernelW() * window.dilationW();
        Shape wide = part.shape().with(3, padded.size(3));
        Tensor line = Engine.run(new NarrowGrad(wide, 3, column, window.strideW()), part);
        return Engine.run(new NarrowGrad(padded, 2, row, window.strideH()), line);
    }
}
