package dev.lockstep.launcher.bench.allreduce;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.lockstep.collectives.ReduceOp;
import dev.lockstep.layout.DType;
import java.lang.foreign.MemorySegment;

/** The elements that a result is checked with: rank r gives 1 where r + i is even and 2 where it is odd. */
final class Elements {
    private static final int BF16_SHIFT = 16;

    private Elements() {}

    static void set(DType dtype, MemorySegment memory, long i, double value) {
        switch (dtype) {
            case F32 -> memory.setAtIndex(JAVA_FLOAT, i, (float) value);
            case F64 -> memory.setAtIndex(JAVA_DOUBLE, i, value);
            case BF16 -> memory.setAtIndex(JAVA_SHORT, i, (short) (Float.floatToIntBits((float) value) >> BF16_SHIFT));
            case F16 -> memory.setAtIndex(JAVA_SHORT, i, Float.floatToFloat16((float) value));
            case I32 -> memory.setAtIndex(JAVA_INT, i, (int) value);
            case I64 -> memory.setAtIndex(JAVA_LONG, i, (long) value);
            case I8, U8, I16, BOOL -> throw unsupported(dtype);
        }
    }

    static double get(DType dtype, MemorySegment memory, long i) {
        return switch (dtype) {
            case F32 -> memory.getAtIndex(JAVA_FLOAT, i);
            case F64 -> memory.getAtIndex(JAVA_DOUBLE, i);
            case BF16 -> Float.intBitsToFloat(memory.getAtIndex(JAVA_SHORT, i) << BF16_SHIFT);
            case F16 -> Float.float16ToFloat(memory.getAtIndex(JAVA_SHORT, i));
            case I32 -> memory.getAtIndex(JAVA_INT, i);
            case I64 -> memory.getAtIndex(JAVA_LONG, i);
            case I8, U8, I16, BOOL -> throw unsupported(dtype);
        };
    }

    /** {@return what all ranks' elements come to} */
    static double expected(ReduceOp op, int workers, long i) {
        int twos = i % 2 == 0 ? workers / 2 : (workers + 1) / 2;
        int ones = workers - twos;
        return switch (op) {
            case SUM -> ones + 2.0 * twos;
            case MEAN -> (ones + 2.0 * twos) / workers;
            case MIN -> ones > 0 ? 1 : 2;
            case MAX -> twos > 0 ? 2 : 1;
            case PRODUCT -> Math.pow(2, twos);
        };
    }

    /** {@return how far a result may be off: nothing, but for a mean half a unit in the last place of bfloat16} */
    static double tolerance(ReduceOp op) {
        return op == ReduceOp.MEAN ? 0x1p-8 : 0;
    }

    private static IllegalArgumentException unsupported(DType dtype) {
        return new IllegalArgumentException("no reductions of " + dtype);
    }
}
