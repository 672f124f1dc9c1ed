package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.UnaryKind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Element-wise loops give the bits of the scalar definitions, for every exponent and length, cold and compiled. */
class ElementKernelsTest {
    private static final int HOT_CALLS = 2_000;

    /** The functions that have a vector kernel; the others are left to the scalar backend. */
    static Stream<UnaryKind> unaryKinds() {
        return Arrays.stream(UnaryKind.values()).filter(kind -> ElementKernels.of(kind) != null);
    }

    static Stream<BinaryKind> binaryKinds() {
        return Arrays.stream(BinaryKind.values()).filter(kind -> ElementKernels.of(kind) != null);
    }

    @ParameterizedTest
    @MethodSource("unaryKinds")
    void unaryFunctionsGiveTheBitsOfTheirDefinition(UnaryKind kind) {
        UnaryKernel kernel = ElementKernels.of(kind);
        float[] x = Floats.allExponents();
        float[] expected = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            expected[i] = kind.apply(x[i]);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment in = Floats.of(arena, x);
            MemorySegment out = Floats.of(arena, x);
            kernel.run(in.address(), out.address(), x.length);
            Floats.assertSameBits(
                    expected, Floats.read(out, x.length), i -> Float.floatToRawIntBits(x[i]), kind + " cold");
            for (int i = 0; i < HOT_CALLS; i++) {
                kernel.run(in.address(), out.address(), x.length);
            }
            Floats.assertSameBits(
                    expected, Floats.read(out, x.length), i -> Float.floatToRawIntBits(x[i]), kind + " hot");
        }
    }

    @ParameterizedTest
    @MethodSource("binaryKinds")
    void binaryFunctionsGiveTheBitsOfTheirDefinition(BinaryKind kind) {
        BinaryKernel kernel = ElementKernels.of(kind);
        float[] a = Floats.allExponents();
        float[] b = new float[a.length];
        float[] expected = new float[a.length];
        for (int i = 0; i < a.length; i++) {
            b[i] = a[(int) (i * 7919L % a.length)];
            expected[i] = kind.apply(a[i], b[i]);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment left = Floats.of(arena, a);
            MemorySegment right = Floats.of(arena, b);
            MemorySegment out = Floats.of(arena, a);
            for (int call = 0; call < HOT_CALLS; call++) {
                kernel.run(left.address(), right.address(), out.address(), a.length);
                if (call == 0 || call == HOT_CALLS - 1) {
                    Floats.assertSameBits(
                            expected,
                            Floats.read(out, a.length),
                            i -> Float.floatToRawIntBits(a[i]),
                            kind + " call " + call);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"NEG", "EXP", "GELU"})
    void tailsTouchNothingBehindTheEnd(UnaryKind kind) {
        UnaryKernel kernel = ElementKernels.of(kind);
        for (int count = 0; count < 40; count++) {
            float[] x = Floats.ordinary(count, count);
            float[] expected = new float[count + 1];
            for (int i = 0; i < count; i++) {
                expected[i] = kind.apply(x[i]);
            }
            expected[count] = 42f;
            try (Arena arena = Arena.ofConfined()) {
                float[] untouched = new float[count + 1];
                untouched[count] = 42f;
                MemorySegment out = Floats.of(arena, untouched);
                kernel.run(Floats.of(arena, x).address(), out.address(), count);
                Floats.assertSameBits(expected, Floats.read(out, count + 1), i -> i, kind + " of " + count);
            }
        }
    }
}
