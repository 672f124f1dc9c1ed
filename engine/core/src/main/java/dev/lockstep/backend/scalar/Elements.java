package dev.lockstep.backend.scalar;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.HalfPrecision;
import dev.lockstep.backend.scalar.Rows.Row;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import java.lang.foreign.MemorySegment;

/**
 * Reads values into heap arrays in logical C order and writes them back. Floating values become doubles, which hold
 * each of their formats exactly; integers and booleans become longs. A layout given beside a value stands for another
 * view of its storage.
 */
final class Elements {
    private Elements() {}

    static double[] reals(Value value) {
        return reals(value, value.layout());
    }

    static double[] reals(Value value, Layout layout) {
        double[] out = new double[Rows.count(layout.shape())];
        MemorySegment memory = value.storage().segment();
        Rows.walk(layout, row -> readReals(memory, value.dtype(), row, out));
        return out;
    }

    static long[] integers(Value value) {
        return integers(value, value.layout());
    }

    static long[] integers(Value value, Layout layout) {
        long[] out = new long[Rows.count(layout.shape())];
        MemorySegment memory = value.storage().segment();
        Rows.walk(layout, row -> readIntegers(memory, value.dtype(), row, out));
        return out;
    }

    static void write(Value value, double[] numbers) {
        write(value, value.layout(), numbers);
    }

    static void write(Value value, Layout layout, double[] numbers) {
        MemorySegment memory = value.storage().segment();
        Rows.walk(layout, row -> writeReals(memory, value.dtype(), row, numbers));
    }

    static void write(Value value, long[] numbers) {
        write(value, value.layout(), numbers);
    }

    static void write(Value value, Layout layout, long[] numbers) {
        MemorySegment memory = value.storage().segment();
        Rows.walk(layout, row -> writeIntegers(memory, value.dtype(), row, numbers));
    }

    /** Copies elements between two values of one dtype. */
    static void copy(Value from, Layout source, Value to, Layout target) {
        if (from.dtype().isFloating()) {
            write(to, target, reals(from, source));
        } else {
            write(to, target, integers(from, source));
        }
    }

    private static void readReals(MemorySegment memory, DType dtype, Row row, double[] out) {
        switch (dtype) {
            case F32 -> {
                for (int i = 0; i < row.length(); i++) {
                    out[row.at() + i] = memory.getAtIndex(JAVA_FLOAT, row.place(i));
                }
            }
            case F64 -> {
                for (int i = 0; i < row.length(); i++) {
                    out[row.at() + i] = memory.getAtIndex(JAVA_DOUBLE, row.place(i));
                }
            }
            case BF16 -> {
                for (int i = 0; i < row.length(); i++) {
                    out[row.at() + i] = HalfPrecision.fromBf16(memory.getAtIndex(JAVA_SHORT, row.place(i)));
                }
            }
            case F16 -> {
                for (int i = 0; i < row.length(); i++) {
                    out[row.at() + i] = HalfPrecision.fromF16(memory.getAtIndex(JAVA_SHORT, row.place(i)));
                }
            }
            case I8, U8, I16, I32, I64, BOOL -> throw new AssertionError("integers are read as longs: " + dtype);
        }
    }

    private static void readIntegers(MemorySegment memory, DType dtype, Row row, long[] out) {
        for (int i = 0; i < row.length(); i++) {
            long place = row.place(i);
            out[row.at() + i] = switch (dtype) {
                case I8 -> memory.get(JAVA_BYTE, place);
                case U8 -> memory.get(JAVA_BYTE, place) & 0xff;
                case BOOL -> memory.get(JAVA_BYTE, place) == 0 ? 0 : 1;
                case I16 -> memory.getAtIndex(JAVA_SHORT, place);
                case I32 -> memory.getAtIndex(JAVA_INT, place);
                case I64 -> memory.getAtIndex(JAVA_LONG, place);
                case F32, F64, BF16, F16 -> throw new AssertionError("floats are read as doubles: " + dtype);
            };
        }
    }

    private static void writeReals(MemorySegment memory, DType dtype, Row row, double[] in) {
        switch (dtype) {
            case F32 -> {
                for (int i = 0; i < row.length(); i++) {
                    memory.setAtIndex(JAVA_FLOAT, row.place(i), (float) in[row.at() + i]);
                }
            }
            case F64 -> {
                for (int i = 0; i < row.length(); i++) {
                    memory.setAtIndex(JAVA_DOUBLE, row.place(i), in[row.at() + i]);
                }
            }
            case BF16 -> {
                for (int i = 0; i < row.length(); i++) {
                    memory.setAtIndex(JAVA_SHORT, row.place(i), HalfPrecision.toBf16((float) in[row.at() + i]));
                }
            }
            case F16 -> {
                for (int i = 0; i < row.length(); i++) {
                    memory.setAtIndex(JAVA_SHORT, row.place(i), HalfPrecision.toF16((float) in[row.at() + i]));
                }
            }
            case I8, U8, I16, I32, I64, BOOL -> throw new AssertionError("integers are written as longs: " + dtype);
        }
    }

    private static void writeIntegers(MemorySegment memory, DType dtype, Row row, long[] in) {
        for (int i = 0; i < row.length(); i++) {
            long place = row.place(i);
            long number = in[row.at() + i];
            switch (dtype) {
                case I8, U8 -> memory.set(JAVA_BYTE, place, (byte) number);
                case BOOL -> memory.set(JAVA_BYTE, place, (byte) (number == 0 ? 0 : 1));
                case I16 -> memory.setAtIndex(JAVA_SHORT, place, (short) number);
                case I32 -> memory.setAtIndex(JAVA_INT, place, (int) number);
                case I64 -> memory.setAtIndex(JAVA_LONG, place, number);
                case F32, F64, BF16, F16 -> throw new AssertionError("floats are written as doubles: " + dtype);
            }
        }
    }
}
