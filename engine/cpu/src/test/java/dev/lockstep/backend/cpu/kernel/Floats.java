package dev.lockstep.backend.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;

/** Native floats for tests: makes, reads and compares them bit by bit. */
final class Floats {
    private Floats() {}

    /** Puts floats where kernels can read them. */
    static MemorySegment of(Arena arena, float... numbers) {
        MemorySegment memory = arena.allocate(Math.max(1, numbers.length) * (long) Float.BYTES, 64);
        MemorySegment.copy(numbers, 0, memory, ValueLayout.JAVA_FLOAT, 0, numbers.length);
        return memory;
    }

    /** Reads the first {@code count} floats. */
    static float[] read(MemorySegment memory, int count) {
        return memory.asSlice(0, count * (long) Float.BYTES).toArray(ValueLayout.JAVA_FLOAT);
    }

    /** Numbers of every exponent and both signs, and the special ones. */
    static float[] allExponents() {
        SplittableRandom random = new SplittableRandom(7);
        float[] numbers = new float[256 * 2 * 16 + 11];
        int at = 0;
        for (int exponent = 0; exponent < 256; exponent++) {
            for (int sign = 0; sign < 2; sign++) {
                for (int i = 0; i < 16; i++) {
                    int mantissa = i == 0 ? 0 : random.nextInt(1 << 23);
                    numbers[at++] = Float.intBitsToFloat(sign << 31 | exponent << 23 | mantissa);
                }
            }
        }
        float[] special = {0f, -0f, 1f, -1f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
        System.arraycopy(special, 0, numbers, at, special.length);
        return numbers;
    }

    /** Numbers as they occur in networks. */
    static float[] ordinary(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) (random.nextDouble() * 8 - 4);
        }
        return numbers;
    }

    /** Asserts equal bits; all NaNs are one. */
    static void assertSameBits(float[] expected, float[] actual, IntUnaryOperator inputBits, String what) {
        assertEquals(expected.length, actual.length, what);
        for (int i = 0; i < expected.length; i++) {
            int at = i;
            assertEquals(
                    Integer.toHexString(Float.floatToIntBits(expected[i])),
                    Integer.toHexString(Float.floatToIntBits(actual[i])),
                    () -> what + " at " + at + " for input bits " + Integer.toHexString(inputBits.applyAsInt(at)));
        }
    }
}
