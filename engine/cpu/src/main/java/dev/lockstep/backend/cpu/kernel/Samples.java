package dev.lockstep.backend.cpu.kernel;

import static jdk.incubator.vector.VectorOperators.LSHR;

import dev.lockstep.backend.ShapeRules;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.ValueSpec;
import dev.lockstep.backend.op.Philox;
import dev.lockstep.backend.op.RandomKey;
import dev.lockstep.backend.op.Sampling;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import org.jspecify.annotations.Nullable;

/** Counter-based randomness in f32: uniform numbers and dropout. Thread-safe. */
public final class Samples {
    /** Words are made in pieces that stay in the first-level cache. */
    private static final long PIECE = 4096;

    private static final int UNIT_SHIFT = 8;
    private static final float TO_UNIT = 0x1p-24f;

    private final MemoryPool pool;

    /** Makes the sampling operations of a backend. */
    public Samples(MemoryPool pool) {
        this.pool = pool;
    }

    /** Turns words into numbers, or takes from them which numbers stay. */
    @FunctionalInterface
    private interface Words {
        void accept(long words, long start, long count);
    }

    /** Executes an op, or returns null where there is no kernel for it or its input is not dense f32. */
    public Value @Nullable [] tryExecute(Sampling op, Value... inputs) {
        ValueSpec spec = ShapeRules.outputs(op, ValueSpec.of(inputs)).getFirst();
        if (spec.dtype() != DType.F32 || spec.shape().elements() == 0) {
            return null;
        }
        return switch (op) {
            case Sampling.Uniform(var _, var _, RandomKey key) -> uniform(key, spec);
            case Sampling.Dropout dropout -> inputs[0].layout().isDense() ? dropout(dropout, inputs[0], spec) : null;
            case Sampling.Normal _ -> null;
        };
    }

    private Value[] uniform(RandomKey key, ValueSpec spec) {
        Value y = spec.allocate(pool);
        inOrder(
                key,
                spec.shape().elements(),
                (words, start, count) -> units(words, y.address() + start * Float.BYTES, count));
        return new Value[] {y};
    }

    private Value[] dropout(Sampling.Dropout op, Value x, ValueSpec spec) {
        Value y = spec.allocate(pool);
        long count = spec.shape().elements();
        DropKernel drop = DropKernel.of(op);
        if (x.layout().isContiguous()) {
            inOrder(op.key(), count, (words, start, size) -> {
                long offset = start * Float.BYTES;
                drop.run(x.address() + offset, words, y.address() + offset, size);
            });
            return new Value[] {y};
        }
        try (Value words = words(op.key(), spec)) {
            drop.run(x.address(), words.address(), y.address(), count);
        }
        return new Value[] {y};
    }

    /** Makes the word of each element, which counts in C order, and lays them out like the elements. */
    private Value words(RandomKey key, ValueSpec spec) {
        Layout logical = Layout.contiguous(spec.shape());
        Value laidOut = new ValueSpec(spec.layout(), DType.I32).allocate(pool);
        try (Value words = new ValueSpec(logical, DType.I32).allocate(pool)) {
            inOrder(
                    key,
                    spec.shape().elements(),
                    (piece, start, count) ->
                            Lanes.copy(piece, words.address() + start * Integer.BYTES, count * Integer.BYTES));
            StridedCopy.run(words, logical, laidOut, spec.layout());
        }
        return laidOut;
    }

    private void inOrder(RandomKey key, long count, Words taker) {
        PhiloxKernel kernel = new PhiloxKernel(key);
        try (Value piece = new ValueSpec(Layout.contiguous(Shape.of(PIECE)), DType.I32).allocate(pool)) {
            for (long start = 0; start < count; start += PIECE) {
                long size = Math.min(PIECE, count - start);
                kernel.run(start / 4, Math.ceilDiv(size, 4L), piece.address());
                taker.accept(piece.address(), start, size);
            }
        }
    }

    private static void units(long words, long y, long count) {
        long whole = count - count % Lanes.COUNT;
        for (long i = 0; i < whole * Float.BYTES; i += Lanes.BYTES) {
            IntVector top = Lanes.loadInts(words + i).lanewise(LSHR, UNIT_SHIFT);
            Lanes.store(((FloatVector) top.convert(VectorOperators.I2F, 0)).mul(TO_UNIT), y + i);
        }
        for (long i = whole * Float.BYTES; i < count * Float.BYTES; i += Float.BYTES) {
            Lanes.set(y + i, Philox.toUnit(Lanes.getInt(words + i)));
        }
    }
}
