package dev.lockstep.collectives.algorithm;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.lockstep.collectives.ReduceOp;
import dev.lockstep.layout.DType;
import java.lang.foreign.MemorySegment;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;

/**
 * Combines two segments element by element: target = left op right. The target may be the left or the right one. Bits
 * depend on the two elements only.
 */
final class Elementwise {
    private static final Scalar MIN = new Scalar(Math::min, Math::min);
    private static final Scalar MAX = new Scalar(Math::max, Math::max);
    private static final Scalar PRODUCT = new Scalar((a, b) -> a * b, (a, b) -> a * b);

    private Elementwise() {}

    /** An operation on two elements. */
    private record Scalar(DoubleBinaryOperator floating, LongBinaryOperator integral) {}

    static void combine(DType dtype, ReduceOp op, MemorySegment left, MemorySegment right, MemorySegment target) {
        int count = Math.toIntExact(target.byteSize() / dtype.sizeBytes());
        switch (op) {
            case SUM, MEAN -> add(dtype, left, right, target, count);
            case MIN -> other(dtype, MIN, left, right, target);
            case MAX -> other(dtype, MAX, left, right, target);
            case PRODUCT -> other(dtype, PRODUCT, left, right, target);
        }
    }

    /** Divides every element; floating dtypes only. */
    static void divide(DType dtype, MemorySegment target, int divisor) {
        long count = target.byteSize() / dtype.sizeBytes();
        for (long i = 0; i < count; i++) {
            switch (dtype) {
                case F32 -> target.setAtIndex(JAVA_FLOAT, i, target.getAtIndex(JAVA_FLOAT, i) / divisor);
                case F64 -> target.setAtIndex(JAVA_DOUBLE, i, target.getAtIndex(JAVA_DOUBLE, i) / divisor);
                case BF16, F16 -> {
                    float value = Halves.value(dtype, target.getAtIndex(JAVA_SHORT, i));
                    target.setAtIndex(JAVA_SHORT, i, Halves.bits(dtype, value / divisor));
                }
                case I32, I64, I8, U8, I16, BOOL -> throw unsupported(dtype);
            }
        }
    }

    private static void add(DType dtype, MemorySegment left, MemorySegment right, MemorySegment target, int count) {
        switch (dtype) {
            case F32 -> addFloats(left, right, target, count);
            case F64 -> addDoubles(left, right, target, count);
            case I32 -> addInts(left, right, target, count);
            case I64 -> addLongs(left, right, target, count);
            case BF16, F16 -> addHalves(dtype, left, right, target, count);
            case I8, U8, I16, BOOL -> throw unsupported(dtype);
        }
    }

    private static void addHalves(
            DType dtype, MemorySegment left, MemorySegment right, MemorySegment target, int count) {
        for (int i = 0; i < count; i++) {
            float sum = Halves.value(dtype, left.getAtIndex(JAVA_SHORT, i))
                    + Halves.value(dtype, right.getAtIndex(JAVA_SHORT, i));
            target.setAtIndex(JAVA_SHORT, i, Halves.bits(dtype, sum));
        }
    }

    private static void addFloats(MemorySegment left, MemorySegment right, MemorySegment target, int count) {
        for (int i = 0; i < count; i++) {
            target.setAtIndex(JAVA_FLOAT, i, left.getAtIndex(JAVA_FLOAT, i) + right.getAtIndex(JAVA_FLOAT, i));
        }
    }

    private static void addDoubles(MemorySegment left, MemorySegment right, MemorySegment target, int count) {
        for (int i = 0; i < count; i++) {
            target.setAtIndex(JAVA_DOUBLE, i, left.getAtIndex(JAVA_DOUBLE, i) + right.getAtIndex(JAVA_DOUBLE, i));
        }
    }

    private static void addInts(MemorySegment left, MemorySegment right, MemorySegment target, int count) {
        for (int i = 0; i < count; i++) {
            target.setAtIndex(JAVA_INT, i, left.getAtIndex(JAVA_INT, i) + right.getAtIndex(JAVA_INT, i));
        }
    }

    private static void addLongs(MemorySegment left, MemorySegment right, MemorySegment target, int count) {
        for (int i = 0; i < count; i++) {
            target.setAtIndex(JAVA_LONG, i, left.getAtIndex(JAVA_LONG, i) + right.getAtIndex(JAVA_LONG, i));
        }
    }

    /** In f64 for f32 too: min and max are exact there, and so is a product of two f32 before its one rounding. */
    private static void other(DType dtype, Scalar op, MemorySegment left, MemorySegment right, MemorySegment target) {
        switch (dtype) {
            case F32 -> floats(op.floating, left, right, target);
            case F64 -> doubles(op.floating, left, right, target);
            case I32 -> ints(op.integral, left, right, target);
            case I64 -> longs(op.integral, left, right, target);
            case BF16, F16 -> halves(dtype, op.floating, left, right, target);
            case I8, U8, I16, BOOL -> throw unsupported(dtype);
        }
    }

    private static void floats(DoubleBinaryOperator op, MemorySegment left, MemorySegment right, MemorySegment target) {
        long count = target.byteSize() / Float.BYTES;
        for (long i = 0; i < count; i++) {
            double result = op.applyAsDouble(left.getAtIndex(JAVA_FLOAT, i), right.getAtIndex(JAVA_FLOAT, i));
            target.setAtIndex(JAVA_FLOAT, i, (float) result);
        }
    }

    /** In f64 too; the result is rounded to f32 and then to 16 bits. */
    private static void halves(
            DType dtype, DoubleBinaryOperator op, MemorySegment left, MemorySegment right, MemorySegment target) {
        long count = target.byteSize() / Short.BYTES;
        for (long i = 0; i < count; i++) {
            float first = Halves.value(dtype, left.getAtIndex(JAVA_SHORT, i));
            float second = Halves.value(dtype, right.getAtIndex(JAVA_SHORT, i));
            target.setAtIndex(JAVA_SHORT, i, Halves.bits(dtype, (float) op.applyAsDouble(first, second)));
        }
    }

    private static void doubles(
            DoubleBinaryOperator op, MemorySegment left, MemorySegment right, MemorySegment target) {
        long count = target.byteSize() / Double.BYTES;
        for (long i = 0; i < count; i++) {
            double result = op.applyAsDouble(left.getAtIndex(JAVA_DOUBLE, i), right.getAtIndex(JAVA_DOUBLE, i));
            target.setAtIndex(JAVA_DOUBLE, i, result);
        }
    }

    private static void ints(LongBinaryOperator op, MemorySegment left, MemorySegment right, MemorySegment target) {
        long count = target.byteSize() / Integer.BYTES;
        for (long i = 0; i < count; i++) {
            long result = op.applyAsLong(left.getAtIndex(JAVA_INT, i), right.getAtIndex(JAVA_INT, i));
            target.setAtIndex(JAVA_INT, i, (int) result);
        }
    }

    private static void longs(LongBinaryOperator op, MemorySegment left, MemorySegment right, MemorySegment target) {
        long count = target.byteSize() / Long.BYTES;
        for (long i = 0; i < count; i++) {
            long result = op.applyAsLong(left.getAtIndex(JAVA_LONG, i), right.getAtIndex(JAVA_LONG, i));
            target.setAtIndex(JAVA_LONG, i, result);
        }
    }

    private static IllegalArgumentException unsupported(DType dtype) {
        return new IllegalArgumentException("collectives reduce F32, F64, BF16, F16, I32 and I64, not " + dtype);
    }
}
