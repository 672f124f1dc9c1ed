package dev.lockstep.backend.cpu.onednn;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.cpu.kernel.Dense;
import dev.lockstep.backend.cpu.kernel.ThinConvolution;
import dev.lockstep.backend.cpu.onednn.ConvolutionShape.Pass;
import dev.lockstep.backend.op.Convolution;
import dev.lockstep.backend.op.Elementwise.Copy;
import dev.lockstep.backend.op.Window;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import org.jspecify.annotations.Nullable;

/** Convolutions of f32 images and their two gradients by oneDNN; images are channels-last in memory. Thread-safe. */
public final class Convolutions {
    private final Backend backend;
    private final MemoryPool pool;

    /** Makes the convolutions of a backend, which copies operands that lie otherwise. */
    public Convolutions(Backend backend) {
        this.backend = backend;
        this.pool = backend.memory();
    }

    /**
     * Executes a convolution, or returns null where it is no convolution or its inputs are not f32, non-empty and
     * fitting.
     */
    public Value @Nullable [] tryExecute(Convolution op, Value... inputs) {
        return tryExecute(op, Factors.EXACT, inputs);
    }

    /** The same with what products do to their factors, where they are multiplied one by one. */
    Value @Nullable [] tryExecute(Convolution op, Factors factors, Value... inputs) {
        for (Value input : inputs) {
            if (input.dtype() != DType.F32 || input.shape().elements() == 0) {
                return null;
            }
        }
        return switch (op) {
            case Convolution.Conv2d c -> forward(c, factors, inputs);
            case Convolution.Conv2dInputGrad c -> inputGradient(c, factors, inputs);
            case Convolution.Conv2dWeightGrad c -> weightGradient(c, factors, inputs);
            case Convolution.MaxPool2d _,
                    Convolution.MaxPool2dGrad _,
                    Convolution.AvgPool2d _,
                    Convolution.AvgPool2dGrad _ -> null;
        };
    }

    private Value @Nullable [] forward(Convolution.Conv2d op, Factors wanted, Value... inputs) {
        if (inputs.length != (op.hasBias() ? 3 : 2)) {
            return null;
        }
        Shape weights = inputs[1].shape();
        ConvolutionShape shape = new ConvolutionShape(
                Pass.FORWARD, op.window(), op.groups(), inputs[0].shape(), weights, op.hasBias(), DType.F32);
        boolean fits =
                shape.isConsistent() && (!op.hasBias() || inputs[2].shape().equals(Shape.of(weights.size(0))));
        if (!fits) {
            return null;
        }
        Factors factors = suiting(shape, wanted);
        try (Value x = image(factors, inputs[0]);
                Value w = weights(factors, inputs[1]);
                Value bias = Dense.contiguous(backend, op.hasBias() ? inputs[2] : inputs[1])) {
            Value y = allocate(Layout.channelsLast(shape.outputs()));
            run(shape.of(factors.stored()), x, w, y, op.hasBias() ? bias.address() : 0);
            return new Value[] {y};
        }
    }

    private Value @Nullable [] inputGradient(Convolution.Conv2dInputGrad op, Factors wanted, Value... inputs) {
        if (inputs.length != 2) {
            return null;
        }
        ConvolutionShape shape = new ConvolutionShape(
                Pass.INPUT_GRADIENT, op.window(), op.groups(), op.inputShape(), inputs[1].shape(), false, DType.F32);
        if (!shape.isConsistent() || !shape.outputs().equals(inputs[0].shape())) {
            return null;
        }
        Factors factors = suiting(shape, wanted);
        try (Value g = image(factors, inputs[0]);
                Value w = weights(factors, inputs[1])) {
            Value dx = allocate(Layout.channelsLast(op.inputShape()));
            run(shape.of(factors.stored()), dx, w, g, 0);
            return new Value[] {dx};
        }
    }

    private Value @Nullable [] weightGradient(Convolution.Conv2dWeightGrad op, Factors wanted, Value... inputs) {
        if (inputs.length != 2) {
            return null;
        }
        ConvolutionShape shape = new ConvolutionShape(
                Pass.WEIGHT_GRADIENT, op.window(), op.groups(), inputs[1].shape(), op.weightShape(), false, DType.F32);
        if (!shape.isConsistent() || !shape.outputs().equals(inputs[0].shape())) {
            return null;
        }
        Factors factors = suiting(shape, wanted);
        try (Value g = image(factors, inputs[0]);
                Value x = image(factors, inputs[1])) {
            Value dw = allocate(Layout.contiguous(op.weightShape()));
            run(shape.of(factors.stored()), x, dw, g, 0);
            return new Value[] {dw};
        }
    }

    private void run(ConvolutionShape shape, Value images, Value weights, Value outputs, long bias) {
        if (WinogradConvolution.suits(shape)) {
            new WinogradConvolution(shape, pool).run(images.address(), weights.address(), outputs.address(), bias);
        } else if (isThin(shape)) {
            runThin(shape, images, weights, outputs, bias);
        } else {
            Session.current()
                    .plan(shape, ConvolutionPlan.class, ConvolutionPlan::of)
                    .run(pool, images.address(), weights.address(), outputs.address(), bias);
        }
    }

    private void runThin(ConvolutionShape shape, Value images, Value weights, Value outputs, long bias) {
        boolean forward = shape.pass() == Pass.FORWARD;
        long in = (forward ? images : outputs).address();
        long out = (forward ? outputs : images).address();
        ThinConvolution.Form form = form(shape);
        try (ThinConvolution thin = new ThinConvolution(pool, form)) {
            PackedWeight.withFilter(form.filter(!forward), weights, pool, filter -> thin.run(in, filter, bias, out));
        }
    }

    private static boolean isThin(ConvolutionShape shape) {
        Window window = shape.window();
        return shape.pass() != Pass.WEIGHT_GRADIENT
                && shape.factors() == DType.F32
                && shape.groups() == 1
                && window.strideH() == 1
                && window.strideW() == 1
                && !window.isDilated()
                && form(shape).suits();
    }

    /** {@return what is computed forward, or the gradient of the input, which is a convolution with a turned filter} */
    private static ThinConvolution.Form form(ConvolutionShape shape) {
        Window window = shape.window();
        int rows = window.kernelH();
        int columns = window.kernelW();
        if (shape.pass() == Pass.FORWARD) {
            return new ThinConvolution.Form(
                    shape.images(), shape.outputs(), rows, columns, window.padH(), window.padW());
        }
        int padH = rows - 1 - window.padH();
        int padW = columns - 1 - window.padW();
        return new ThinConvolution.Form(shape.outputs(), shape.images(), rows, columns, padH, padW);
    }

    private Value allocate(Layout layout) {
        long bytes = layout.shape().elements() * Float.BYTES;
        return new Value(pool.allocate(bytes), layout, DType.F32);
    }

    /** Winograd's algorithm is faster in f32 than the direct one in bf16, so it leaves factors as they are. */
    private static Factors suiting(ConvolutionShape shape, Factors wanted) {
        return WinogradConvolution.suits(shape) ? Factors.EXACT : wanted;
    }

    /** {@return weights as a factor, in C order; oneDNN rounds them to bf16 where it moves them to its own} */
    private Value weights(Factors factors, Value weights) {
        try (Value dense = Dense.contiguous(backend, weights)) {
            return factors.inBf16() ? dense.alias() : factors.round(backend, dense);
        }
    }

    /** {@return an image as a factor, channels-last} */
    private Value image(Factors factors, Value image) {
        try (Value lying = channelsLast(image)) {
            return factors.round(backend, lying);
        }
    }

    private Value channelsLast(Value image) {
        return image.layout().isChannelsLast()
                ? image.alias()
                : backend.execute(new Copy(Copy.Order.CHANNELS_LAST), image)[0];
    }
}
