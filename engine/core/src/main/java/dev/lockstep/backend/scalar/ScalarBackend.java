package dev.lockstep.backend.scalar;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.ShapeRules;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.ValueSpec;
import dev.lockstep.backend.op.Contraction;
import dev.lockstep.backend.op.Contraction.RoundedProduct;
import dev.lockstep.backend.op.Convolution;
import dev.lockstep.backend.op.Creation;
import dev.lockstep.backend.op.CustomOp;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.backend.op.Fused;
import dev.lockstep.backend.op.Indexing;
import dev.lockstep.backend.op.Loss;
import dev.lockstep.backend.op.Normalization;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.Recurrence;
import dev.lockstep.backend.op.Reduction;
import dev.lockstep.backend.op.Sampling;
import dev.lockstep.backend.op.Shaping;
import dev.lockstep.backend.op.Update;
import dev.lockstep.device.Device;
import dev.lockstep.device.MemoryPool;
import java.util.List;

/** Executes every op in plain Java on host memory. Thread-safe; one op takes at most 2^31 elements. */
public final class ScalarBackend implements Backend {
    private final MemoryPool memory;

    /** Makes a backend on memory of the JDK. */
    public ScalarBackend() {
        this(new MemoryPool(new ArenaMemory(Device.CPU)));
    }

    /** Makes a backend that allocates from a pool of host memory, which another backend may share. */
    public ScalarBackend(MemoryPool memory) {
        this.memory = memory;
    }

    @Override
    public Device device() {
        return memory.device();
    }

    @Override
    public MemoryPool memory() {
        return memory;
    }

    @Override
    public boolean supports(Op op) {
        return true;
    }

    /** {@return the name alone: Java's arithmetic is the same everywhere} */
    @Override
    public String numericsFingerprint() {
        return "scalar";
    }

    @Override
    public Value[] execute(Op op, Value... inputs) {
        if (op instanceof CustomOp custom) {
            return custom.forward(this, inputs);
        }
        if (op instanceof Recurrence recurrence) {
            return RecurrenceKernels.run(this, recurrence, inputs);
        }
        if (op instanceof RoundedProduct rounded && !rounded.isAttention()) {
            return RoundedKernels.run(this, rounded, inputs);
        }
        if (op instanceof Fused fused) {
            return FusedKernels.run(this, fused, inputs);
        }
        List<ValueSpec> specs = ShapeRules.outputs(op, ValueSpec.of(inputs));
        if (op instanceof Shaping.View view && ShapeRules.sharesMemory(view, inputs[0].layout())) {
            return new Value[] {inputs[0].view(specs.get(0).layout())};
        }
        Value[] outputs = specs.stream().map(spec -> spec.allocate(memory)).toArray(Value[]::new);
        boolean done = false;
        try {
            run(op, inputs, outputs);
            done = true;
            return outputs;
        } finally {
            if (!done) {
                close(outputs);
            }
        }
    }

    private static void close(Value[] values) {
        for (Value value : values) {
            value.close();
        }
    }

    private static void run(Op op, Value[] in, Value[] out) {
        switch (op) {
            case Creation creation -> CreationKernels.run(creation, out[0]);
            case Elementwise elementwise -> ElementwiseKernels.run(elementwise, in, out[0]);
            case Reduction reduction -> ReductionKernels.run(reduction, in, out);
            case Shaping shaping -> ShapingKernels.run(shaping, in, out[0]);
            case Contraction contraction -> ContractionKernels.run(contraction, in, out);
            case Convolution convolution -> ConvolutionKernels.run(convolution, in, out);
            case Normalization normalization -> NormalizationKernels.run(normalization, in, out);
            case Indexing indexing -> IndexingKernels.run(indexing, in, out[0]);
            case Sampling sampling -> SamplingKernels.run(sampling, in, out[0]);
            case Loss loss -> LossKernels.run(loss, in, out);
            case Update update -> UpdateKernels.run(update, in);
            case Recurrence recurrence -> throw new AssertionError("a recurrent cell runs op by op: " + recurrence);
            case Fused fused -> throw new AssertionError("a fused op runs its links: " + fused);
            case CustomOp custom -> throw new AssertionError("a custom op runs itself: " + custom.label());
        }
    }
}
