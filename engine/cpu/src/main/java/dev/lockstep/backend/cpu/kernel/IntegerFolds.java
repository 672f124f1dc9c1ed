package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.op.ReduceKind;
import dev.lockstep.layout.DType;

/** Reductions of rows of bools and integers, and of f32 numbers to bools: what counting hits and checks need. */
final class IntegerFolds {
    private IntegerFolds() {}

    /** {@return whether there is a kernel} */
    static boolean has(ReduceKind kind, DType dtype) {
        boolean truth = kind == ReduceKind.ANY || kind == ReduceKind.ALL;
        return switch (dtype) {
            case F32 -> truth;
            case BOOL, I64 -> truth || kind == ReduceKind.SUM;
            case F64, F16, BF16, I8, U8, I16, I32 -> false;
        };
    }

    /** Writes one result a row: i64 for sums, a bool for others. */
    static void run(ReduceKind kind, DType dtype, Fold fold, long x, long y) {
        for (long i = 0; i < fold.outer(); i++) {
            long row = x + i * fold.length() * dtype.sizeBytes();
            if (kind == ReduceKind.SUM) {
                Lanes.setLong(y + i * Long.BYTES, sum(dtype, row, fold.length()));
            } else {
                boolean any = kind == ReduceKind.ANY; // All are true where none is false.
                Lanes.setByte(y + i, (byte) (holds(any, dtype, row, fold.length()) == any ? 1 : 0));
            }
        }
    }

    private static long sum(DType dtype, long x, long count) {
        long sum = 0;
        if (dtype == DType.BOOL) {
            for (long i = 0; i < count; i++) {
                sum += Lanes.getByte(x + i) == 0 ? 0 : 1;
            }
        } else {
            for (long i = 0; i < count; i++) {
                sum += Lanes.getLong(x + i * Long.BYTES);
            }
        }
        return sum;
    }

    /** {@return whether any element has this truth} */
    private static boolean holds(boolean truth, DType dtype, long x, long count) {
        for (long i = 0; i < count; i++) {
            if (isTrue(dtype, x, i) == truth) {
                return true;
            }
        }
        return false;
    }

    private static boolean isTrue(DType dtype, long x, long i) {
        return switch (dtype) {
            case F32 -> Lanes.get(x + i * Float.BYTES) != 0f;
            case I64 -> Lanes.getLong(x + i * Long.BYTES) != 0;
            case BOOL -> Lanes.getByte(x + i) != 0;
            case F64, F16, BF16, I8, U8, I16, I32 -> throw new AssertionError("no kernel for " + dtype);
        };
    }
}
