package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.ShapeRules;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.ValueSpec;
import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.device.Storage;
import dev.lockstep.layout.DType;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongBinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Arithmetic and comparisons of whole numbers, in 64 bits with wrap-around, and comparisons of truths. Blocks go
 * through plain loops, which are fast before vectors would have been compiled. Thread-safe.
 */
final class Integers {
    /** How many longs a block of {@link Scratch} holds. */
    private static final long BLOCK = (long) Scratch.BLOCK * Float.BYTES / Long.BYTES;

    private static final Map<BinaryKind, IntegerKernel> KERNELS = new ConcurrentHashMap<>();

    private final MemoryPool pool;

    Integers(MemoryPool pool) {
        this.pool = pool;
    }

    /** Computes an op of two values, or returns null where there is no kernel for it or its inputs. */
    Value @Nullable [] tryExecute(Elementwise.Binary op, Value... inputs) {
        ValueSpec spec = ShapeRules.outputs(op, ValueSpec.of(inputs)).getFirst();
        if (!hasKernel(op.kind(), inputs[0].dtype(), spec)) {
            return null;
        }
        try (Flat a = Flat.of(pool, inputs[0], spec.layout());
                Flat b = Flat.of(pool, inputs[1], spec.layout())) {
            DType dtype = inputs[0].dtype();
            return run(op.kind(), IntegerStream.of(a, dtype), IntegerStream.of(b, dtype), spec);
        }
    }

    /** Computes an op of a value and a number, or returns null where there is no kernel for it or its input. */
    Value @Nullable [] tryExecute(Elementwise.BinaryScalar op, Value... inputs) {
        ValueSpec spec = ShapeRules.outputs(op, ValueSpec.of(inputs)).getFirst();
        if (!hasKernel(op.kind(), inputs[0].dtype(), spec)) {
            return null;
        }
        Storage memory = pool.allocate(Long.BYTES);
        try (Flat x = Flat.of(pool, inputs[0], spec.layout())) {
            Lanes.setLong(memory.address(), (long) op.scalar());
            IntegerStream number = new IntegerStream(memory.address(), 0, DType.I64);
            IntegerStream all = IntegerStream.of(x, inputs[0].dtype());
            return op.scalarFirst() ? run(op.kind(), number, all, spec) : run(op.kind(), all, number, spec);
        } finally {
            memory.release();
        }
    }

    /** {@return whether there is a loop: a sum of truths is no truth} */
    private static boolean hasKernel(BinaryKind kind, DType dtype, ValueSpec spec) {
        boolean fits = kind.isPredicate() || dtype != DType.BOOL;
        return fits && spec.shape().elements() > 0 && function(kind) != null;
    }

    private Value @Nullable [] run(BinaryKind kind, IntegerStream a, IntegerStream b, ValueSpec spec) {
        long count = spec.shape().elements();
        if (divides(kind) && hasZero(b, count)) {
            return null; // The scalar backend says where.
        }
        Value y = spec.allocate(pool);
        IntegerStream result = new IntegerStream(y.address(), y.dtype().sizeBytes(), y.dtype());
        IntegerKernel kernel = kernel(kind);
        Scratch scratch = Scratch.current();
        for (long start = 0; start < count; start += BLOCK) {
            long size = Math.min(BLOCK, count - start);
            long to = result.target(start, scratch.stage(2));
            kernel.run(a.read(start, size, scratch.stage(0)), b.read(start, size, scratch.stage(1)), to, size);
            result.write(start, size, to);
        }
        return new Value[] {y};
    }

    private static IntegerKernel kernel(BinaryKind kind) {
        return KERNELS.computeIfAbsent(kind, unseen -> {
            LongBinaryOperator function = function(kind);
            if (function == null) {
                throw new AssertionError("no kernel for " + kind);
            }
            return LoopTemplate.ofIntegers(function);
        });
    }

    private static boolean divides(BinaryKind kind) {
        return kind == BinaryKind.DIV
                || kind == BinaryKind.FMOD
                || kind == BinaryKind.REMAINDER
                || kind == BinaryKind.FLOOR_DIVIDE;
    }

    private static boolean hasZero(IntegerStream numbers, long count) {
        long block = Scratch.current().stage(0);
        long distinct = numbers.step() == 0 ? 1 : count;
        for (long start = 0; start < distinct; start += BLOCK) {
            long size = Math.min(BLOCK, distinct - start);
            long at = numbers.read(start, size, block);
            for (long i = 0; i < size; i++) {
                if (Lanes.getLong(at + i * Long.BYTES) == 0) {
                    return true;
                }
            }
        }
        return false;
    }

    private static @Nullable LongBinaryOperator function(BinaryKind kind) {
        return switch (kind) {
            case ADD -> (a, b) -> a + b;
            case SUB -> (a, b) -> a - b;
            case MUL -> (a, b) -> a * b;
            case DIV -> (a, b) -> a / b;
            case FMOD -> (a, b) -> a % b;
            case REMAINDER -> Math::floorMod;
            case FLOOR_DIVIDE -> Math::floorDiv;
            case MAXIMUM -> Math::max;
            case MINIMUM -> Math::min;
            case EQ -> (a, b) -> a == b ? 1 : 0;
            case NE -> (a, b) -> a != b ? 1 : 0;
            case LT -> (a, b) -> a < b ? 1 : 0;
            case LE -> (a, b) -> a <= b ? 1 : 0;
            case GT -> (a, b) -> a > b ? 1 : 0;
            case GE -> (a, b) -> a >= b ? 1 : 0;
            case BITWISE_AND -> (a, b) -> a & b;
            case BITWISE_OR -> (a, b) -> a | b;
            case BITWISE_XOR -> (a, b) -> a ^ b;
            case LOGICAL_AND -> (a, b) -> a != 0 && b != 0 ? 1 : 0;
            case LOGICAL_OR -> (a, b) -> a != 0 || b != 0 ? 1 : 0;
            case LOGICAL_XOR, POW, SHIFT_LEFT, SHIFT_RIGHT, ATAN2 -> null;
            case RELU_GRAD, TANH_GRAD, SIGMOID_GRAD, GELU_GRAD, GELU_TANH_GRAD, SILU_GRAD -> null;
        };
    }
}
