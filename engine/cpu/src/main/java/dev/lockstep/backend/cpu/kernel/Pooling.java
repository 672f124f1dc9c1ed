package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.ShapeRules;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.ValueSpec;
import dev.lockstep.backend.op.Convolution;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.layout.Layout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Pooling over f32 images. Thread-safe. */
public final class Pooling {
    private final MemoryPool pool;

    /** Makes the pooling operations of a backend. */
    public Pooling(MemoryPool pool) {
        this.pool = pool;
    }

    /** Executes an op, or returns null where its inputs are not f32 images, a window has gaps or an index is wrong. */
    public Value @Nullable [] tryExecute(Convolution op, Value... inputs) {
        List<ValueSpec> specs = ShapeRules.outputs(op, ValueSpec.of(inputs));
        if (!Values.isFloat(inputs[0]) || isDilated(op)) {
            return null;
        }
        List<Value> images = new ArrayList<>();
        try {
            for (Value input : inputs) {
                images.add(channelsLast(input));
            }
            if (op instanceof Convolution.MaxPool2dGrad grad && !fits(grad, images.get(1))) {
                return null;
            }
            Value[] outputs = specs.stream().map(spec -> spec.allocate(pool)).toArray(Value[]::new);
            run(op, images.toArray(Value[]::new), outputs);
            return outputs;
        } finally {
            images.forEach(Value::close);
        }
    }

    private static boolean isDilated(Convolution op) {
        return (op instanceof Convolution.MaxPool2d max && max.window().isDilated())
                || (op instanceof Convolution.MaxPool2dGrad grad
                        && grad.window().isDilated());
    }

    /** {@return the images channels-last in memory, where they are or as a copy; the caller closes them} */
    private Value channelsLast(Value images) {
        if (images.layout().isChannelsLast()) {
            return images.alias();
        }
        Layout layout = Layout.channelsLast(images.shape());
        Value copy = new ValueSpec(layout, images.dtype()).allocate(pool);
        StridedCopy.run(images, images.layout(), copy, layout);
        return copy;
    }

    /**
     * {@return whether every index lies within its image plane; which one does not is for the scalar backend to say}
     */
    private static boolean fits(Convolution.MaxPool2dGrad op, Value index) {
        long area = op.inputShape().size(2) * op.inputShape().size(3);
        return Indexes.areBelow(
                Math.toIntExact(area), index.address(), index.shape().elements());
    }

    private static void run(Convolution op, Value[] in, Value[] out) {
        long first = in[0].address();
        long result = out[0].address();
        switch (op) {
            case Convolution.MaxPool2d(var window) ->
                new MaxPoolKernel(PoolGeometry.of(window, in[0].shape())).run(first, result, out[1].address());
            case Convolution.MaxPool2dGrad(var window, var shape) ->
                new MaxPoolKernel(PoolGeometry.of(window, shape)).runGrad(first, in[1].address(), result);
            case Convolution.AvgPool2d(var window) ->
                new AvgPoolKernel(PoolGeometry.of(window, in[0].shape()), window).run(first, result);
            case Convolution.AvgPool2dGrad(var window, var shape) ->
                new AvgPoolKernel(PoolGeometry.of(window, shape), window).runGrad(first, result);
            case Convolution.Conv2d _, Convolution.Conv2dInputGrad _, Convolution.Conv2dWeightGrad _ ->
                throw new AssertionError(op + " is no pooling");
        }
    }
}
