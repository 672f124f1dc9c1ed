package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.ShapeRules;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.ValueSpec;
import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.device.Storage;
import dev.lockstep.layout.DType;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Comparisons of f32 values: a loop makes ones and zeros of a piece, and another one bytes of these. Thread-safe. */
final class Comparisons {
    private static final Map<BinaryKind, BinaryKernel> KERNELS = new EnumMap<>(Map.of(
            BinaryKind.EQ, ApartLoops.of((LaneBinary) LaneMath::equal),
            BinaryKind.NE, ApartLoops.of((LaneBinary) LaneMath::different),
            BinaryKind.LT, ApartLoops.of((LaneBinary) LaneMath::less),
            BinaryKind.LE, ApartLoops.of((LaneBinary) LaneMath::lessOrEqual),
            BinaryKind.GT, ApartLoops.of((LaneBinary) LaneMath::greater),
            BinaryKind.GE, ApartLoops.of((LaneBinary) LaneMath::greaterOrEqual)));

    private final MemoryPool pool;

    Comparisons(MemoryPool pool) {
        this.pool = pool;
    }

    /** Compares two values, or returns null where there is no kernel for it or its inputs. */
    Value @Nullable [] tryExecute(Elementwise.Binary op, Value... inputs) {
        ValueSpec spec = ShapeRules.outputs(op, ValueSpec.of(inputs)).getFirst();
        @Nullable BinaryKernel kernel = KERNELS.get(op.kind());
        if (kernel == null || inputs[0].dtype() != DType.F32 || spec.shape().elements() == 0) {
            return null;
        }
        try (Flat a = Flat.of(pool, inputs[0], spec.layout());
                Flat b = Flat.of(pool, inputs[1], spec.layout())) {
            return new Value[] {run(kernel, a, b, spec)};
        }
    }

    /** Compares a value with a number, or returns null where there is no kernel for it or its input. */
    Value @Nullable [] tryExecute(Elementwise.BinaryScalar op, Value... inputs) {
        ValueSpec spec = ShapeRules.outputs(op, ValueSpec.of(inputs)).getFirst();
        @Nullable BinaryKernel kernel = KERNELS.get(op.kind());
        if (kernel == null || inputs[0].dtype() != DType.F32 || spec.shape().elements() == 0) {
            return null;
        }
        try (Flat x = Flat.of(pool, inputs[0], spec.layout());
                Flat number = Flat.number(pool, (float) op.scalar())) {
            Flat a = op.scalarFirst() ? number : x;
            Flat b = op.scalarFirst() ? x : number;
            return new Value[] {run(kernel, a, b, spec)};
        }
    }

    private Value run(BinaryKernel kernel, Flat a, Flat b, ValueSpec spec) {
        Value y = spec.allocate(pool);
        long count = spec.shape().elements();
        Storage scratch = pool.allocate(3L * Operand.BLOCK * Float.BYTES);
        long left = scratch.address();
        long right = left + (long) Operand.BLOCK * Float.BYTES;
        long truth = right + (long) Operand.BLOCK * Float.BYTES;
        a.fill(left, Operand.BLOCK);
        b.fill(right, Operand.BLOCK);
        for (long start = 0; start < count; start += Operand.BLOCK) {
            long size = Math.min(Operand.BLOCK, count - start);
            kernel.run(a.from(start, left), b.from(start, right), truth, size);
            Select.toBytes(truth, y.address() + start, size);
        }
        scratch.release();
        return y;
    }
}
