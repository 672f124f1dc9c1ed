package dev.lockstep.backend.cpu.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.cpu.CpuBackendProvider;
import dev.lockstep.backend.op.Contraction.Attention;
import dev.lockstep.backend.op.Contraction.AttentionGrad;
import dev.lockstep.backend.op.Contraction.SelfAttention;
import dev.lockstep.backend.op.Contraction.SelfAttentionGrad;
import dev.lockstep.backend.op.Weighing;
import dev.lockstep.backend.scalar.ScalarBackend;
import dev.lockstep.device.Device;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import dev.lockstep.testkit.backend.Values;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttentionsTest {
    private static final Backend CPU = new CpuBackendProvider().open(Device.CPU);
    private static final double SCALE = 0.3;

    /** Rounding of a few hundred f32 operations on numbers of size 1. */
    private static final double TOLERANCE = 2e-5;

    /** The three gradients and the two results for a batch that lies packed as [B, T, 3, H, D]. */
    private static double[][] packed(Backend backend, Shape packed, double[] numbers, boolean causal) {
        try (var values = new Values(backend)) {
            Value qkv = values.of(DType.F32, packed, numbers);
            Value[] parts = new Value[3];
            Layout heads = qkv.layout().permute(2, 0, 3, 1, 4); // [3, B, H, T, D]
            for (int i = 0; i < 3; i++) {
                parts[i] = values.view(qkv, part(heads, i));
            }
            Value[] out = values.all(new Attention(new Weighing(SCALE, causal)), parts);
            Value g = parts[1];
            Value[] in = {g, parts[0], parts[1], parts[2], out[0], out[1]};
            Value[] gradients = values.all(new AttentionGrad(new Weighing(SCALE, causal)), in);
            Value[] all = {out[0], out[1], gradients[0], gradients[1], gradients[2]};
            return Arrays.stream(all).map(Values::numbers).toArray(double[][]::new);
        }
    }

    private static Layout part(Layout heads, int i) {
        Shape shape = heads.shape();
        long[] strides = heads.strides();
        Shape rest = Shape.of(shape.size(1), shape.size(2), shape.size(3), shape.size(4));
        return Layout.of(rest, Arrays.copyOfRange(strides, 1, 5), i * strides[0]);
    }

    @ParameterizedTest
    @CsvSource({
        "2, 5, 2, 8, true",
        "2, 5, 2, 8, false",
        "1, 1, 1, 4, true",
        "2, 40, 3, 32, true",
        "1, 128, 2, 32, true",
        "1, 64, 2, 8, true",
        "2, 65, 1, 8, true",
        "1, 200, 2, 16, true",
        "1, 100, 2, 16, false"
    })
    void agreesWithTheScalarBackend(long batch, long places, long heads, long width, boolean causal) {
        Shape shape = Shape.of(batch, places, 3, heads, width);
        double[] numbers = Values.normals((int) shape.elements(), 5);
        double[][] expected = packed(new ScalarBackend(), shape, numbers, causal);
        double[][] actual = packed(CPU, shape, numbers, causal);
        for (int i = 0; i < expected.length; i++) {
            double largest = Arrays.stream(expected[i]).map(Math::abs).max().orElse(0);
            assertArrayEquals(expected[i], actual[i], TOLERANCE * Math.max(1, largest), "output " + i);
        }
    }

    @Test
    void aSequenceHasTheBitsItHasAmongOthers() {
        double[] numbers = Values.normals(4 * 17 * 3 * 2 * 8, 6);
        double[][] all = packed(CPU, Shape.of(4, 17, 3, 2, 8), numbers, true);
        double[] third = Arrays.copyOfRange(numbers, numbers.length / 2, numbers.length / 4 * 3);
        double[][] alone = packed(CPU, Shape.of(1, 17, 3, 2, 8), third, true);
        for (int i = 0; i < all.length; i++) {
            double[] among = Arrays.copyOfRange(all[i], all[i].length / 2, all[i].length / 4 * 3);
            assertArrayEquals(among, alone[i], "output " + i);
        }
    }

    @Test
    void queriesMayOutnumberKeysAndLieColumnsFirst() {
        double[] q = Values.normals(2 * 3 * 7 * 4, 7);
        double[] k = Values.normals(2 * 3 * 5 * 4, 8);
        double[][] results = new double[2][];
        Backend[] backends = {new ScalarBackend(), CPU};
        for (int i = 0; i < 2; i++) {
            try (var values = new Values(backends[i])) {
                Layout columns = Layout.contiguous(Shape.of(2, 3, 4, 7)).permute(0, 1, 3, 2);
                Value key = values.f32(Shape.of(2, 3, 5, 4), k);
                Value query = values.of(DType.F32, columns, q);
                results[i] = Values.numbers(values.run(new Attention(new Weighing(SCALE, false)), query, key, key));
            }
        }
        assertArrayEquals(results[0], results[1], TOLERANCE);
    }

    /** Blocks of queries end before, at and behind the last key; keys that nobody sees have no gradient. */
    @ParameterizedTest
    @CsvSource({"5, 40", "70, 130", "64, 65", "130, 70", "100, 3"})
    void queriesAndKeysMayDifferInNumberUnderACausalMask(long places, long keys) {
        double[][] expected = apart(new ScalarBackend(), places, keys);
        double[][] actual = apart(CPU, places, keys);
        for (int i = 0; i < expected.length; i++) {
            double largest = Arrays.stream(expected[i]).map(Math::abs).max().orElse(0);
            assertArrayEquals(expected[i], actual[i], TOLERANCE * Math.max(1, largest), "output " + i);
        }
        double[] unseen = Arrays.copyOfRange(actual[3], (int) Math.min(keys, places) * 8, (int) keys * 8);
        assertArrayEquals(new double[unseen.length], unseen);
    }

    private static double[][] apart(Backend backend, long places, long keys) {
        try (var values = new Values(backend)) {
            Value q = values.normal(Shape.of(1, 1, places, 8), 1);
            Value k = values.normal(Shape.of(1, 1, keys, 8), 2);
            Value v = values.normal(Shape.of(1, 1, keys, 8), 3);
            Value[] out = values.all(new Attention(new Weighing(SCALE, true)), q, k, v);
            Value[] gradients = values.all(new AttentionGrad(new Weighing(SCALE, true)), q, q, k, v, out[0], out[1]);
            Value[] all = {out[0], out[1], gradients[0], gradients[1], gradients[2]};
            return Arrays.stream(all).map(Values::numbers).toArray(double[][]::new);
        }
    }

    @ParameterizedTest
    @CsvSource({"2, 5, 2, 8, true", "1, 70, 3, 16, true", "2, 33, 1, 4, false"})
    void aPackedProjectionHasTheBitsOfItsParts(long batch, long places, long heads, long width, boolean causal) {
        Shape shape = Shape.of(batch, places, 3, heads, width);
        double[] numbers = Values.normals((int) shape.elements(), 5);
        double[][] parts = packed(CPU, shape, numbers, causal);
        try (var values = new Values(CPU)) {
            Value qkv = values.of(DType.F32, shape, numbers);
            Value[] out = values.all(new SelfAttention(new Weighing(SCALE, causal)), qkv);
            Value mixed = values.view(out[0], out[0].layout().permute(0, 2, 1, 3));
            assertArrayEquals(parts[0], Values.numbers(mixed));
            assertArrayEquals(parts[1], Values.numbers(out[1]));
            Value g = values.view(qkv, part(qkv.layout().permute(2, 0, 1, 3, 4), 1));
            Value gradient = values.run(new SelfAttentionGrad(new Weighing(SCALE, causal)), g, qkv, out[0], out[1]);
            for (int i = 0; i < 3; i++) {
                Value one = values.view(gradient, part(gradient.layout().permute(2, 0, 3, 1, 4), i));
                assertArrayEquals(parts[2 + i], Values.numbers(one), "gradient of part " + i);
            }
        }
    }

    @Test
    void refusesWhatIsNotPacked() {
        try (var values = new Values(CPU)) {
            Value wrong = values.normal(Shape.of(2, 5, 2, 2, 8), 1);
            var refused = assertThrows(
                    IllegalArgumentException.class,
                    () -> values.run(new SelfAttention(new Weighing(SCALE, true)), wrong));
            assertEquals("selfAttention: qkv must be [B, T, 3, H, D], got [2, 5, 2, 2, 8]", refused.getMessage());
        }
    }

    /** The first place sees itself only, so its output is its value; the last of two equal keys averages. */
    @Test
    void aCausalQuerySeesNoKeyBehindIt() {
        try (var values = new Values(CPU)) {
            Shape shape = Shape.of(1, 1, 2, 2);
            Value q = values.f32(shape, 1, 0, 1, 0);
            Value v = values.f32(shape, 2, 4, 6, 8);
            Value[] out = values.all(new Attention(new Weighing(1, true)), q, q, v);
            assertArrayEquals(new double[] {2, 4, 4, 6}, Values.numbers(out[0]));
            assertEquals(1, Values.numbers(out[1])[0]);
        }
    }
}
