package dev.lockstep.tensor;

import dev.lockstep.backend.op.Convolution.AvgPool2d;
import dev.lockstep.backend.op.Convolution.Conv2d;
import dev.lockstep.backend.op.Convolution.MaxPool2d;
import dev.lockstep.backend.op.Window;
import org.jspecify.annotations.Nullable;

/** Convolution and pooling over images [N, C, H, W]. */
final class ImageOps {
    private ImageOps() {}

    static Tensor conv2d(Tensor x, Tensor weight, @Nullable Tensor bias, ConvOptions options) {
        if (weight.rank() != 4) {
            throw Engine.wrong("conv2d: weight must be [out, in / groups, kH, kW], got " + weight.shape());
        }
        int kernelH = Math.toIntExact(weight.size(2));
        int kernelW = Math.toIntExact(weight.size(3));
        Window window =
                new Window(kernelH, kernelW, options.strideH(), options.strideW(), options.padH(), options.padW());
        Conv2d op = new Conv2d(window, options.groups(), bias != null);
        return bias == null ? Engine.run(op, x, weight) : Engine.run(op, x, weight, bias);
    }

    static Tensor maxPool2d(Tensor x, Window window) {
        Tensor[] outputs = Engine.runAll(new MaxPool2d(window), x);
        outputs[1].close();
        return outputs[0];
    }

    static Tensor avgPool2d(Tensor x, Window window) {
        return Engine.run(new AvgPool2d(window), x);
    }
}
