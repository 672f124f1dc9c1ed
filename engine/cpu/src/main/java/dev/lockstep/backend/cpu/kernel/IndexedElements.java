package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.ShapeRules;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.ValueSpec;
import dev.lockstep.backend.op.Indexing;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import org.jspecify.annotations.Nullable;

/** Reads, writes and sums single elements by index, one after the other. Thread-safe. */
public final class IndexedElements {
    private final MemoryPool pool;

    /** Makes the ops of a backend. */
    public IndexedElements(MemoryPool pool) {
        this.pool = pool;
    }

    /** Executes an op, or returns null where there is no kernel for it, its inputs are strided or an index is wrong. */
    public Value @Nullable [] tryExecute(Indexing op, Value... inputs) {
        return switch (op) {
            case Indexing.Gather(int axis) -> gather(op, axis, inputs);
            case Indexing.GatherGrad(Shape shape, int axis) -> sum(op, axis, inputs);
            case Indexing.Scatter(int axis) -> scatter(op, axis, inputs);
            case Indexing.Embedding _, Indexing.EmbeddingGrad _, Indexing.IndexSelect _, Indexing.IndexSelectGrad _ ->
                null;
        };
    }

    /**
     * Where the elements of an index belong, in values whose shape differs from its own along the axis only.
     *
     * @param limit how long those are along the axis
     * @param inner how many of their elements lie below an index of the axis
     * @param block how many elements of the index are those of one place in the outer axes
     */
    private record Places(Value index, long limit, long inner, long block) {
        static @Nullable Places of(Shape shape, int axis, Value index) {
            int along = shape.axis(axis);
            long limit = shape.size(along);
            boolean fits = index.layout().isContiguous()
                    && index.shape().elements() > 0
                    && shape.with(along, index.shape().size(along)).equals(index.shape())
                    && Indexes.areBelow(limit, index);
            long inner = Layout.contiguous(index.shape()).stride(along);
            return fits ? new Places(index, limit, inner, inner * index.shape().size(along)) : null;
        }

        long count() {
            return index.shape().elements();
        }

        /** {@return the place of element {@code i}} */
        long at(long i) {
            return (i / block * limit + Indexes.number(index, i)) * inner + i % inner;
        }
    }

    private Value @Nullable [] gather(Indexing op, int axis, Value... inputs) {
        ValueSpec spec = ShapeRules.outputs(op, ValueSpec.of(inputs)).getFirst();
        Value x = inputs[0];
        @Nullable Places places = Places.of(x.shape(), axis, inputs[1]);
        if (places == null || !x.layout().isContiguous()) {
            return null;
        }
        Value y = spec.allocate(pool);
        int bytes = x.dtype().sizeBytes();
        for (long i = 0; i < places.count(); i++) {
            move(x.address() + places.at(i) * bytes, y.address() + i * bytes, bytes);
        }
        return new Value[] {y};
    }

    private Value @Nullable [] scatter(Indexing op, int axis, Value... inputs) {
        ValueSpec spec = ShapeRules.outputs(op, ValueSpec.of(inputs)).getFirst();
        Value x = inputs[0];
        Value source = inputs[2];
        @Nullable Places places = Places.of(x.shape(), axis, inputs[1]);
        if (places == null || !x.layout().isContiguous() || !source.layout().isContiguous()) {
            return null;
        }
        Value y = spec.allocate(pool);
        int bytes = x.dtype().sizeBytes();
        Lanes.copy(x.address(), y.address(), x.shape().elements() * bytes);
        for (long i = 0; i < places.count(); i++) {
            move(source.address() + i * bytes, y.address() + places.at(i) * bytes, bytes);
        }
        return new Value[] {y};
    }

    private Value @Nullable [] sum(Indexing op, int axis, Value... inputs) {
        ValueSpec spec = ShapeRules.outputs(op, ValueSpec.of(inputs)).getFirst();
        Value g = inputs[0];
        @Nullable Places places = Places.of(spec.shape(), axis, inputs[1]);
        if (places == null || g.dtype() != DType.F32 || !g.layout().isContiguous()) {
            return null;
        }
        Value dx = spec.allocate(pool);
        Lanes.clear(dx.address(), spec.shape().elements() * Float.BYTES);
        for (long i = 0; i < places.count(); i++) {
            long to = dx.address() + places.at(i) * Float.BYTES;
            Lanes.set(to, Lanes.get(to) + Lanes.get(g.address() + i * Float.BYTES));
        }
        return new Value[] {dx};
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
