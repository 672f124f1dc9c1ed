package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.ShapeRules;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.ValueSpec;
import dev.lockstep.backend.op.Indexing;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import org.jspecify.annotations.Nullable;

/** Looks rows and single elements up by index, whatever their type. Thread-safe. */
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
            case Indexing.Gather(int axis) -> elements(inputs[0], inputs[1], shape.axis(axis), spec);
            case Indexing.EmbeddingGrad _, Indexing.IndexSelectGrad _, Indexing.GatherGrad _, Indexing.Scatter _ ->
                null;
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

    /** Takes one element for each index; both shapes differ along the axis only. */
    private Value @Nullable [] elements(Value x, Value index, int axis, ValueSpec spec) {
        long limit = x.shape().size(axis);
        boolean fits = x.shape().with(axis, index.shape().size(axis)).equals(index.shape());
        if (!fits || !Indexes.areBelow(limit, index)) {
            return null;
        }
        Value y = spec.allocate(pool);
        long inner = below(x, axis);
        long block = index.shape().size(axis) * inner;
        int bytes = x.dtype().sizeBytes();
        for (long i = 0; i < spec.shape().elements(); i++) {
            long place = (i / block * limit + Indexes.number(index, i)) * inner + i % inner;
            move(x.address() + place * bytes, y.address() + i * bytes, bytes);
        }
        return new Value[] {y};
    }

    /** {@return how many elements lie below an index of an axis} */
    private static long below(Value x, int axis) {
        return Layout.contiguous(x.shape()).stride(axis);
    }

    private static void move(long from, long to, int bytes) {
        switch (bytes) {
            case 1 -> Lanes.setByte(to, Lanes.getByte(from));
            case 2 -> Lanes.setShort(to, Lanes.getShort(from));
            case 4 -> Lanes.setInt(to, Lanes.getInt(from));
            default -> Lanes.setLong(to, Lanes.getLong(from));
        }
    }
}
