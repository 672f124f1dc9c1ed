package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.ShapeRules;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.ValueSpec;
import dev.lockstep.backend.cpu.kernel.BatchNormLoops.Pair;
import dev.lockstep.backend.op.Normalization;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.layout.Layout;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Batch norm over f32 rows of channels: [N, C], or images that are channels-last in memory. Thread-safe. */
public final class BatchNorms {
    private final MemoryPool pool;

    /** Makes the batch norms of a backend. */
    public BatchNorms(MemoryPool pool) {
        this.pool = pool;
    }

    /** Executes an op, or returns null where there is no kernel for it or its inputs are no such rows. */
    public Value @Nullable [] tryExecute(Normalization op, Value... inputs) {
        List<ValueSpec> specs = ShapeRules.outputs(op, ValueSpec.of(inputs));
        int images = op instanceof Normalization.BatchNormGrad ? 2 : 1;
        for (int i = 0; i < inputs.length; i++) {
            boolean fits = i < images ? areRows(inputs[i]) : Values.isContiguous(inputs[i]);
            if (!fits) {
                return null;
            }
        }
        Value[] outputs = specs.stream().map(spec -> spec.allocate(pool)).toArray(Value[]::new);
        switch (op) {
            case Normalization.BatchNorm(double eps) -> forward(eps, inputs, outputs);
            case Normalization.BatchStatistics(double eps) -> statistics(eps, inputs[0], outputs);
            case Normalization.BatchNormGrad() -> backward(inputs, outputs);
            case Normalization.LayerNorm _, Normalization.LayerNormGrad _ ->
                throw new AssertionError(op + " is no batch norm");
        }
        return outputs;
    }

    private static boolean areRows(Value value) {
        Layout layout = value.layout();
        boolean rows = layout.shape().rank() == 4
                ? layout.isChannelsLast()
                : layout.shape().rank() == 2 && layout.isContiguous();
        return rows && Values.isFloat(value);
    }

    private BatchNormKernel kernel(Value x) {
        long channels = x.shape().size(1);
        return new BatchNormKernel(pool, x.shape().elements() / channels, channels);
    }

    private void forward(double eps, Value[] in, Value[] out) {
        statistics(eps, in[0], Arrays.copyOfRange(out, 1, out.length));
        BatchNormKernel kernel = kernel(in[0]);
        try (ChannelTable table = kernel.table()) {
            table.set(BatchNormKernel.MEAN, out[1].address());
            table.set(BatchNormKernel.RSTD, out[3].address());
            table.set(BatchNormKernel.WEIGHT, in[1].address());
            table.set(BatchNormKernel.BIAS, in[2].address());
            kernel.normalize(in[0].address(), table, out[0].address());
        }
    }

    private void statistics(double eps, Value x, Value[] out) {
        BatchNormKernel kernel = kernel(x);
        try (ChannelTable table = kernel.table()) {
            kernel.mean(x.address(), out[0].address());
            table.set(BatchNormKernel.MEAN, out[0].address());
            kernel.variance(x.address(), table, out[1].address());
            kernel.rstd(out[1].address(), eps, out[2].address());
        }
    }

    private void backward(Value[] in, Value[] out) {
        BatchNormKernel kernel = kernel(in[1]);
        Pair from = new Pair(in[0].address(), in[1].address());
        try (ChannelTable table = kernel.table()) {
            table.set(BatchNormKernel.MEAN, in[3].address());
            table.set(BatchNormKernel.RSTD, in[4].address());
            kernel.parameterGradients(from, table, out[1].address(), out[2].address());
            kernel.enterGradients(table, in[2].address(), out[1].address(), out[2].address());
            kernel.inputGradient(from, table, out[0].address());
        }
    }
}
