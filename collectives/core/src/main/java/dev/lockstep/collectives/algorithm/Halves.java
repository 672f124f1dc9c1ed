package dev.lockstep.collectives.algorithm;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.lockstep.layout.DType;
import java.lang.foreign.MemorySegment;

/** Turns the two 16-bit floats into f32, which is exact, and back, to nearest even. */
final class Halves {
    private static final int QUIET = 0x40; // So that cutting the payload of a NaN cannot make it inf.

    private Halves() {}

    /** {@return whether elements of this dtype are added up in f32} */
    static boolean is(DType dtype) {
        return dtype == DType.BF16 || dtype == DType.F16;
    }

    /** {@return the value of 16 bits} */
    static float value(DType dtype, short bits) {
        return dtype == DType.F16 ? Float.float16ToFloat(bits) : Float.intBitsToFloat(bits << 16);
    }

    /** {@return the 16 bits nearest to a value; overflow gives inf, NaN stays NaN} */
    static short bits(DType dtype, float value) {
        if (dtype == DType.F16) {
            return Float.floatToFloat16(value);
        }
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >>> 16) | QUIET);
        }
        return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }

    /** Writes every element of {@code halves} to {@code floats}. */
    static void widen(DType dtype, MemorySegment halves, MemorySegment floats) {
        long count = halves.byteSize() / Short.BYTES;
        for (long i = 0; i < count; i++) {
            floats.setAtIndex(JAVA_FLOAT, i, value(dtype, halves.getAtIndex(JAVA_SHORT, i)));
        }
    }

    /** Rounds the first floats to every element of {@code halves}. */
    static void narrow(DType dtype, MemorySegment floats, MemorySegment halves) {
        long count = halves.byteSize() / Short.BYTES;
        for (long i = 0; i < count; i++) {
            halves.setAtIndex(JAVA_SHORT, i, bits(dtype, floats.getAtIndex(JAVA_FLOAT, i)));
        }
    }
}
