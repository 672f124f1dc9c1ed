package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.ShapeRules;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.ValueSpec;
import dev.lockstep.backend.op.Normalization.LayerNorm;
import dev.lockstep.backend.op.Normalization.LayerNormGrad;
import dev.lockstep.device.Storage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Layer norm of f32 values. Thread-safe. */
public final class LayerNorms {
    private final Backend backend;

    /** Makes the layer norms of a backend, which copies what kernels cannot read in place. */
    public LayerNorms(Backend backend) {
        this.backend = backend;
    }

    /** Computes (x, weight, bias) to (y, mean, rstd), or returns null where they are no f32 values. */
    public Value @Nullable [] forward(LayerNorm op, Value... inputs) {
        if (!areFloats(3, inputs)) {
            return null;
        }
        List<ValueSpec> specs = ShapeRules.outputs(op, ValueSpec.of(inputs));
        try (Value x = Dense.contiguous(backend, inputs[0]);
                Value weight = Dense.contiguous(backend, inputs[1]);
                Value bias = Dense.contiguous(backend, inputs[2])) {
            Value y = Values.allocate(backend.memory(), x.shape());
            Value mean = specs.get(1).allocate(backend.memory());
            Value rstd = specs.get(2).allocate(backend.memory());
            var batch = batch(x, weight, mean, rstd);
            LayerNormKernels.forward(
                    new LayerNormKernels.Forward(batch, op.eps(), weight.address(), bias.address(), y.address()));
            return new Value[] {y, mean, rstd};
        }
    }

    /** Computes (g, x, weight, mean, rstd) to (dx, dweight, dbias), or returns null where they are no f32 values. */
    public Value @Nullable [] backward(LayerNormGrad op, Value... inputs) {
        if (!areFloats(5, inputs)) {
            return null;
        }
        ShapeRules.outputs(op, ValueSpec.of(inputs));
        try (Value g = Dense.contiguous(backend, inputs[0]);
                Value x = Dense.contiguous(backend, inputs[1]);
                Value weight = Dense.contiguous(backend, inputs[2]);
                Value mean = Dense.contiguous(backend, inputs[3]);
                Value rstd = Dense.contiguous(backend, inputs[4]);
                ColumnSums weightSums =
                        new ColumnSums(backend.memory(), weight.shape().elements());
                ColumnSums biasSums =
                        new ColumnSums(backend.memory(), weight.shape().elements())) {
            var batch = batch(x, weight, mean, rstd);
            Value dx = Values.allocate(backend.memory(), x.shape());
            Value dweight = Values.allocate(backend.memory(), weight.shape());
            Value dbias = Values.allocate(backend.memory(), weight.shape());
            Storage scratch = backend.memory().allocate(LayerNormKernels.scratchCount(batch.length()) * Float.BYTES);
            LayerNormKernels.backward(new LayerNormKernels.Backward(
                    batch, g.address(), weight.address(), dx.address(), scratch.address(), weightSums));
            scratch.release();
            weightSums.write(dweight.address());
            biasSums.add(g.address(), batch.rows());
            biasSums.write(dbias.address());
            return new Value[] {dx, dweight, dbias};
        }
    }

    private static boolean areFloats(int count, Value... inputs) {
        if (inputs.length != count) {
            return false;
        }
        for (Value input : inputs) {
            if (!Values.isFloat(input)) {
                return false;
            }
        }
        return true;
    }

    private static LayerNormKernels.Batch batch(Value x, Value weight, Value mean, Value rstd) {
        return new LayerNormKernels.Batch(
                x.address(), mean.shape().elements(), weight.shape().elements(), mean.address(), rstd.address());
    }
}
