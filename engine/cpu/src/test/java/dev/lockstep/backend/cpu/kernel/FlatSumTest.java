package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.op.HalfPrecision;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** Sums of 16-bit numbers have the bits of a float addition and one rounding, for every pair of exponents near. */
class FlatSumTest {
    private static final int HOT_CALLS = 1_000;

    /** The kernel, and what it computes of two numbers. */
    private enum Format {
        BF16 {
            @Override
            short of(float x) {
                return HalfPrecision.toBf16(x);
            }

            @Override
            float value(short bits) {
                return HalfPrecision.fromBf16(bits);
            }

            @Override
            void add(MemorySegment a, MemorySegment b, MemorySegment y, long count) {
                FlatSum.addBf16(a.address(), b.address(), y.address(), count);
            }
        },
        F16 {
            @Override
            short of(float x) {
                return HalfPrecision.toF16(x);
            }

            @Override
            float value(short bits) {
                return HalfPrecision.fromF16(bits);
            }

            @Override
            void add(MemorySegment a, MemorySegment b, MemorySegment y, long count) {
                FlatSum.addF16(a.address(), b.address(), y.address(), count);
            }
        };

        abstract short of(float x);

        abstract float value(short bits);

        abstract void add(MemorySegment a, MemorySegment b, MemorySegment y, long count);
    }

    @Test
    void addsEveryPatternOfBf16ToItsNeighbours() {
        check(Format.BF16);
    }

    @Test
    void addsEveryPatternOfF16ToItsNeighbours() {
        check(Format.F16);
    }

    /** Every 16-bit pattern, NaN and infinities too, plus one that is 77 places away; the count is odd. */
    private static void check(Format format) {
        int count = (1 << 16) - 3;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment a = arena.allocate(count * 2L, 64);
            MemorySegment b = arena.allocate(count * 2L, 64);
            MemorySegment y = arena.allocate(count * 2L, 64);
            float[] expected = new float[count];
            for (int i = 0; i < count; i++) {
                a.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) i);
                b.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) (i * 3 + 77));
                float sum = format.value((short) i) + format.value((short) (i * 3 + 77));
                expected[i] = format.value(format.of(sum));
            }
            format.add(a, b, y, count);
            compare(format, expected, y, "cold");
            for (int i = 0; i < HOT_CALLS; i++) {
                format.add(a, b, y, 4_099);
            }
            format.add(a, b, y, count);
            compare(format, expected, y, "hot");
        }
    }

    private static void compare(Format format, float[] expected, MemorySegment y, String what) {
        float[] actual = new float[expected.length];
        for (int i = 0; i < actual.length; i++) {
            actual[i] = format.value(y.getAtIndex(ValueLayout.JAVA_SHORT, i));
        }
        Floats.assertSameBits(expected, actual, i -> i, format + " " + what);
    }
}
