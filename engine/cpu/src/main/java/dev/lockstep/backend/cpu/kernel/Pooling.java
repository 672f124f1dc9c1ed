package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.ShapeRules;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.ValueSpec;
import dev.lockstep.backend.op.Convolution;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.layout.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Pooling over channels-last f32 images. Thread-safe. */
public final class Pooling {
    private final MemoryPool pool;

    /** Makes the pooling operations of a backend. */
    public Pooling(MemoryPool pool) {
        this.pool = pool;
    }

    /** Executes an op, or returns null where its inputs are not channels-last f32 images. */
    public Value @Nullable [] tryExecute(Convolution op, Value... inputs) {
        List<ValueSpec> specs = ShapeRules.outputs(op, ValueSpec.of(inputs));
        for (Value input : inputs) {
            if (!input.layout().isChannelsLast() || input.shape().elements() == 0) {
                return null;
            }
        }
        if (inputs[0].dtype() != DType.F32
                || (op instanceof Convolution.MaxPool2dGrad grad && !fits(grad, inputs[1]))) {
            return null;
        }
        Value[] outputs = specs.stream().map(spec -> spec.allocate(pool)).toArray(Value[]::new);
        run(op, inputs, outputs);
        return outputs;
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
