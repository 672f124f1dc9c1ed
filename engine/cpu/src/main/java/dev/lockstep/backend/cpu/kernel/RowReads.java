package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.ShapeRules;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.ValueSpec;
import dev.lockstep.backend.op.Indexing;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import org.jspecify.annotations.Nullable;

/** Looks rows up by index, whatever their type. Thread-safe. */
public final class RowReads {
    private final MemoryPool pool;

    /** Makes the look-ups of a backend. */
    public RowReads(MemoryPool pool) {
        this.pool = pool;
    }

    /** Executes an op, or returns null where there is no kernel for it, its inputs are strided or an index is wrong. */
    public Value @Nullable [] tryExecute(Indexing op, Value... inputs) {
        ValueSpec spec = ShapeRules.outputs(op, ValueSpec.of(inputs)).getFirst();
        boolean fits = spec.layout().isContiguous() && spec.shape().elements() > 0;
        for (Value input : inputs) {
            fits &= input.layout().isContiguous();
        }
        if (!fits) {
            return null;
        }
        Shape shape = inputs[0].shape();
        return switch (op) {
            case Indexing.Embedding() -> rows(inputs[0], inputs[1], 0, spec);
            case Indexing.IndexSelect(int axis) -> rows(inputs[0], inputs[1], shape.axis(axis), spec);
            case Indexing.EmbeddingGrad _, Indexing.IndexSelectGrad _ -> null;
            case Indexing.Gather _, Indexing.GatherGrad _, Indexing.Scatter _ -> null;
        };
    }

    /** Copies what lies below each index of an axis. */
    private Value @Nullable [] rows(Value x, Value index, int axis, ValueSpec spec) {
        long limit = x.shape().size(axis);
        if (!Indexes.areBelow(limit, index)) {
            return null;
        }
        Value y = spec.allocate(pool);
        long count = index.shape().elements();
        long bytes = below(x, axis) * x.dtype().sizeBytes();
        long to = y.address();
        for (long outer = 0; outer < x.shape().elements() / (limit * below(x, axis)); outer++) {
            long from = x.address() + outer * limit * bytes;
            for (long i = 0; i < count; i++) {
                Lanes.copy(from + Indexes.number(index, i) * bytes, to, bytes);
                to += bytes;
            }
        }
        return new Value[] {y};
    }

    /** {@return how many elements lie below an index of an axis} */
    private static long below(Value x, int axis) {
        return Layout.contiguous(x.shape()).stride(axis);
    }
}
