package dev.lockstep.backend.op;

/**
 * Converts between f32 and the two 16-bit formats, to nearest even. Sums and functions of 16-bit values are computed in
 * f32.
 */
public final class HalfPrecision {
    private HalfPrecision() {}

    /** {@return the bfloat16 nearest to {@code x}; overflow gives inf, NaN stays NaN} */
    public static short toBf16(float x) {
        int bits = Float.floatToRawIntBits(x);
        if (Float.isNaN(x)) {
            return (short) ((bits >>> 16) | 0x40); // Quiet, so that cutting the payload cannot make it inf.
        }
        int roundToEven = 0x7fff + ((bits >>> 16) & 1);
        return (short) ((bits + roundToEven) >>> 16);
    }

    /** {@return the value of a bfloat16} Exact. */
    public static float fromBf16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** {@return the IEEE half nearest to {@code x}; overflow gives inf, NaN stays NaN} */
    public static short toF16(float x) {
        return Float.floatToFloat16(x);
    }

    /** {@return the value of an IEEE half} Exact. */
    public static float fromF16(short bits) {
        return Float.float16ToFloat(bits);
    }
}
