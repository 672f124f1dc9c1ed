package dev.lockstep.collectives.testkit;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.lockstep.layout.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/** Makes native segments from arrays and back. The memory lives as long as it is reachable. */
public final class Data {
    private Data() {}

    /** {@return native memory, zeroed, 64-byte aligned} */
    public static MemorySegment room(long sizeBytes) {
        return Arena.ofAuto().allocate(sizeBytes, 64);
    }

    /** {@return the values in native memory} */
    public static MemorySegment of(float... values) {
        return room(values.length * 4L).copyFrom(MemorySegment.ofArray(values));
    }

    /** {@return the values in native memory} */
    public static MemorySegment of(double... values) {
        return room(values.length * 8L).copyFrom(MemorySegment.ofArray(values));
    }

    /** {@return the values in native memory} */
    public static MemorySegment of(int... values) {
        return room(values.length * 4L).copyFrom(MemorySegment.ofArray(values));
    }

    /** {@return the values in native memory} */
    public static MemorySegment of(long... values) {
        return room(values.length * 8L).copyFrom(MemorySegment.ofArray(values));
    }

    /** {@return the values in native memory} */
    public static MemorySegment of(byte... values) {
        return room(values.length).copyFrom(MemorySegment.ofArray(values));
    }

    /** {@return a copy on the heap} */
    public static float[] floats(MemorySegment data) {
        return data.toArray(JAVA_FLOAT);
    }

    /** {@return a copy on the heap} */
    public static double[] doubles(MemorySegment data) {
        return data.toArray(JAVA_DOUBLE);
    }

    /** {@return a copy on the heap} */
    public static int[] ints(MemorySegment data) {
        return data.toArray(JAVA_INT);
    }

    /** {@return a copy on the heap} */
    public static long[] longs(MemorySegment data) {
        return data.toArray(JAVA_LONG);
    }

    /** {@return a copy on the heap} */
    public static byte[] bytes(MemorySegment data) {
        return data.toArray(ValueLayout.JAVA_BYTE);
    }

    /** {@return the values as elements of a dtype, which must hold them exactly} */
    public static MemorySegment of(DType dtype, double... values) {
        MemorySegment data = room((long) values.length * dtype.sizeBytes());
        for (int i = 0; i < values.length; i++) {
            switch (dtype) {
                case F32 -> data.setAtIndex(JAVA_FLOAT, i, (float) values[i]);
                case F64 -> data.setAtIndex(JAVA_DOUBLE, i, values[i]);
                case BF16 -> data.setAtIndex(JAVA_SHORT, i, (short) (Float.floatToIntBits((float) values[i]) >> 16));
                case F16 -> data.setAtIndex(JAVA_SHORT, i, Float.floatToFloat16((float) values[i]));
                case I32 -> data.setAtIndex(JAVA_INT, i, (int) values[i]);
                case I64 -> data.setAtIndex(JAVA_LONG, i, (long) values[i]);
                case I8, U8, I16, BOOL -> throw new IllegalArgumentException("no reductions of " + dtype);
            }
        }
        return data;
    }

    /** {@return the elements of a dtype as doubles} */
    public static double[] values(DType dtype, MemorySegment data) {
        double[] values = new double[Math.toIntExact(data.byteSize() / dtype.sizeBytes())];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (dtype) {
                case F32 -> data.getAtIndex(JAVA_FLOAT, i);
                case F64 -> data.getAtIndex(JAVA_DOUBLE, i);
                case BF16 -> Float.intBitsToFloat(data.getAtIndex(JAVA_SHORT, i) << 16);
                case F16 -> Float.float16ToFloat(data.getAtIndex(JAVA_SHORT, i));
                case I32 -> data.getAtIndex(JAVA_INT, i);
                case I64 -> data.getAtIndex(JAVA_LONG, i);
                case I8, U8, I16, BOOL -> throw new IllegalArgumentException("no reductions of " + dtype);
            };
        }
        return values;
    }

    /** {@return random floats of many magnitudes, so that another order of adding gives other bits} */
    public static float[] random(long seed, int count) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) Math.scalb(random.nextDouble(-1, 1), random.nextInt(-12, 12));
        }
        return values;
    }
}
