package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.ShapeRules;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.ValueSpec;
import dev.lockstep.backend.op.Indexing;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.layout.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sums f32 rows by index, one after the other: the gradients of what looks rows up. Thread-safe. */
public final class RowSums {
    private final MemoryPool pool;

    /** Makes the sums of a backend. */
    public RowSums(MemoryPool pool) {
        this.pool = pool;
    }

    /** Executes an op, or returns null where there is no kernel for it, its inputs are strided or an index is wrong. */
    public Value @Nullable [] tryExecute(Indexing op, Value... inputs) {
        List<ValueSpec> specs = ShapeRules.outputs(op, ValueSpec.of(inputs));
        Shape shape = specs.getFirst().shape();
        return switch (op) {
            case Indexing.EmbeddingGrad(long rows, long padding) -> sum(inputs[0], inputs[1], padding, shape);
            case Indexing.IndexSelectGrad grad
            when shape.axis(grad.axis()) == 0 -> sum(inputs[0], inputs[1], -1, shape);
            case Indexing.IndexSelectGrad _,
                    Indexing.IndexSelect _,
                    Indexing.Embedding _,
                    Indexing.Gather _,
                    Indexing.GatherGrad _,
                    Indexing.Scatter _ -> null;
        };
    }

    private Value @Nullable [] sum(Value g, Value index, long padding, Shape shape) {
        boolean fits = Values.isContiguous(g) && index.layout().isContiguous() && shape.elements() > 0;
        if (!fits || !Indexes.areBelow(shape.size(0), index)) {
            return null;
        }
        Value dx = Values.allocate(pool, shape);
        Lanes.clear(dx.address(), shape.elements() * Float.BYTES);
        long width = shape.elements() / shape.size(0);
        for (long i = 0; i < index.shape().elements(); i++) {
            long row = Indexes.number(index, i);
            if (row != padding) {
                long sum = dx.address() + row * width * Float.BYTES;
                Loops.ADD.run(sum, g.address() + i * width * Float.BYTES, sum, width);
            }
        }
        return new Value[] {dx};
    }
}
