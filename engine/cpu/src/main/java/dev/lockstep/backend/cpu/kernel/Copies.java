package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.ShapeRules;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.ValueSpec;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.Shaping;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.layout.Layout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Ops that move elements of any dtype. Thread-safe. */
public final class Copies {
    private final MemoryPool pool;

    /** Makes the copying operations of a backend. */
    public Copies(MemoryPool pool) {
        this.pool = pool;
    }

    /** Executes an op that moves elements; returns null for a view that shares its input's memory. */
    public Value @Nullable [] tryExecute(Shaping op, Value... inputs) {
        ValueSpec spec = spec(op, inputs);
        return switch (op) {
            case Shaping.View view when ShapeRules.sharesMemory(view, inputs[0].layout()) -> null;
            case Shaping.View _ -> copy(inputs[0], Layout.contiguous(inputs[0].shape()), spec);
            case Shaping.NarrowGrad grad -> place(grad, inputs[0], spec);
            case Shaping.StridedGrad _ -> null;
            case Shaping.Concat concat -> join(concat.axis(), spec, inputs);
        };
    }

    /** Executes a copy into another order. */
    public Value[] execute(Elementwise.Copy op, Value... inputs) {
        ValueSpec spec = spec(op, inputs);
        return copy(inputs[0], spec.layout(), spec);
    }

    private static ValueSpec spec(Op op, Value... inputs) {
        List<ValueSpec> specs = ShapeRules.outputs(op, ValueSpec.of(inputs));
        return specs.getFirst();
    }

    private Value[] copy(Value x, Layout order, ValueSpec spec) {
        Value y = spec.allocate(pool);
        StridedCopy.run(x, x.layout(), y, order);
        return new Value[] {y};
    }

    private Value[] place(Shaping.NarrowGrad op, Value g, ValueSpec spec) {
        Value dx = spec.allocate(pool);
        Lanes.clear(dx.address(), spec.sizeBytes());
        long length = g.shape().size(op.axis());
        StridedCopy.run(g, g.layout(), dx, dx.layout().narrow(op.axis(), op.start(), length, op.step()));
        return new Value[] {dx};
    }

    private Value[] join(int axis, ValueSpec spec, Value... parts) {
        Value y = spec.allocate(pool);
        long start = 0;
        for (Value part : parts) {
            long length = part.shape().size(axis);
            StridedCopy.run(part, part.layout(), y, y.layout().narrow(axis, start, length, 1));
            start += length;
        }
        return new Value[] {y};
    }
}
