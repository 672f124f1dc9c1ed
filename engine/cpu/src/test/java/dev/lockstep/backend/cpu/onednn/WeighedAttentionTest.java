package dev.lockstep.backend.cpu.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.cpu.CpuBackendProvider;
import dev.lockstep.backend.op.Contraction.Attention;
import dev.lockstep.backend.op.Contraction.AttentionGrad;
import dev.lockstep.backend.op.Contraction.RoundedProduct;
import dev.lockstep.backend.op.Contraction.SelfAttention;
import dev.lockstep.backend.op.Contraction.SelfAttentionGrad;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.RandomKey;
import dev.lockstep.backend.op.Sampling.Dropout;
import dev.lockstep.backend.op.Weighing;
import dev.lockstep.backend.scalar.ScalarBackend;
import dev.lockstep.device.Device;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import dev.lockstep.testkit.backend.Values;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Attention with masks, dropout and rounded factors: the numbers of the scalar backend. */
class WeighedAttentionTest {
    private static final Backend CPU = new CpuBackendProvider().open(Device.CPU);
    private static final Backend SCALAR = new ScalarBackend();
    private static final Optional<Dropout> DROPOUT = Optional.of(new Dropout(0.3, new RandomKey(7, 9)));

    /** Rounding of a few hundred f32 operations on numbers of size 1. */
    private static final double TOLERANCE = 2e-5;

    /** Runs an op with the products' factors rounded, or not where the dtype is F32. */
    @FunctionalInterface
    private interface Runner {
        Value[] run(Values values, Op op, Value... inputs);
    }

    private static Runner rounding(DType factors) {
        return (values, op, inputs) -> values.all(factors == DType.F32 ? op : new RoundedProduct(op, factors), inputs);
    }

    /** One problem: two sequences, two heads. */
    private record Problem(long places, long keys, Shape mask, DType maskType, Weighing weighing) {
        static Problem of(long places, long keys, String mask, String kind) {
            boolean causal = kind.contains("causal");
            boolean drops = kind.contains("drops");
            String[] words = mask.split(" ", -1);
            boolean none = words[0].equals("none");
            long[] sizes = none
                    ? new long[0]
                    : Arrays.stream(words).skip(1).mapToLong(Long::parseLong).toArray();
            DType dtype = words[0].equals("bool") ? DType.BOOL : DType.F32;
            var weighing = new Weighing(0.3, causal, !none, drops ? DROPOUT : Optional.empty());
            return new Problem(places, keys, Shape.of(sizes), dtype, weighing);
        }

        private Value mask(Values values) {
            double[] numbers = Values.normals((int) mask.elements(), 4);
            if (maskType == DType.BOOL) {
                Arrays.setAll(numbers, i -> numbers[i] > -0.5 ? 1 : 0);
            } else {
                Arrays.setAll(numbers, i -> numbers[i] > -1.5 ? numbers[i] : Double.NEGATIVE_INFINITY);
            }
            return values.of(maskType, mask, numbers);
        }

        private Value[] masked(Values values, Value... inputs) {
            if (!weighing.hasMask()) {
                return inputs;
            }
            Value[] all = Arrays.copyOf(inputs, inputs.length + 1);
            all[inputs.length] = mask(values);
            return all;
        }

        /** The two outputs and the three gradients. */
        double[][] solve(Backend backend, Runner runner) {
            try (var values = new Values(backend)) {
                Value q = values.normal(Shape.of(2, 2, places, 16), 1);
                Value k = values.normal(Shape.of(2, 2, keys, 16), 2);
                Value v = values.normal(Shape.of(2, 2, keys, 16), 3);
                Value g = values.normal(Shape.of(2, 2, places, 16), 5);
                Value[] out = runner.run(values, new Attention(weighing), masked(values, q, k, v));
                Value[] gradients =
                        runner.run(values, new AttentionGrad(weighing), masked(values, g, q, k, v, out[0], out[1]));
                Value[] all = {out[0], out[1], gradients[0], gradients[1], gradients[2]};
                return Arrays.stream(all).map(Values::numbers).toArray(double[][]::new);
            }
        }
    }

    private static void assertClose(double[][] expected, double[][] actual, double tolerance) {
        for (int i = 0; i < expected.length; i++) {
            double largest = Arrays.stream(expected[i]).map(Math::abs).max().orElse(0);
            assertArrayEquals(expected[i], actual[i], tolerance * Math.max(1, largest), "output " + i);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "5, 7, bool 1 1 5 7, plain",
        "70, 40, bool 2 1 1 40, plain",
        "33, 64, bool 2 2 33 64, drops",
        "64, 64, f32 1 1 64 64, causal",
        "70, 70, f32 2 2 70 70, causal drops",
        "40, 20, f32 1 2 40 1, plain",
        "40, 20, f32 1 1 1 1, drops",
        "3, 5, none, drops",
        "130, 130, none, causal drops",
        "64, 128, none, drops",
        "100, 33, bool 2 1 1 33, causal drops"
    })
    void agreesWithTheScalarBackend(long places, long keys, String mask, String kind) {
        Problem problem = Problem.of(places, keys, mask, kind);
        Runner exact = rounding(DType.F32);
        assertClose(problem.solve(SCALAR, exact), problem.solve(CPU, exact), TOLERANCE);
    }

    /** A number that lies between two of 16 bits may go either way: an ulp of bf16 or f16 more in a weight of many. */
    @ParameterizedTest
    @CsvSource({
        "BF16, 70, 70, none, causal",
        "BF16, 33, 64, bool 2 1 1 64, drops",
        "BF16, 70, 70, f32 1 1 70 70, causal drops",
        "F16, 70, 70, none, causal drops",
        "F16, 20, 33, f32 2 2 20 33, plain"
    })
    void roundedFactorsAgreeWithTheScalarBackend(DType factors, long places, long keys, String mask, String kind) {
        double tolerance = factors == DType.BF16 ? 4e-3 : 5e-4;
        Problem problem = Problem.of(places, keys, mask, kind);
        double[][] expected = problem.solve(SCALAR, rounding(factors));
        for (boolean inBf16 : new boolean[] {false, OneDnn.multipliesBf16()}) {
            RoundedProducts products = RoundedProducts.of(CPU, inBf16);
            double[][] actual = problem.solve(CPU, (values, op, inputs) -> run(products, factors, op, inputs));
            assertClose(expected, actual, tolerance);
        }
        double[][] exact = problem.solve(SCALAR, rounding(DType.F32));
        assertTrue(Math.abs(exact[1][0] - expected[1][0]) > 1e-6, "rounding is seen");
    }

    private static Value[] run(RoundedProducts products, DType factors, Op op, Value... inputs) {
        Value[] outputs = products.tryExecute(new RoundedProduct(op, factors), inputs);
        assertNotNull(outputs);
        return outputs;
    }

    /** The word of element i of [B, H, T, S] decides over its weight, wherever the stream's blocks of four begin. */
    @ParameterizedTest
    @ValueSource(ints = {1, 6, 20, 21, 64})
    void dropsWhatDropoutOfTheWeightsDrops(int keys) {
        Weighing drops = new Weighing(0, false, false, DROPOUT);
        try (var values = new Values(CPU)) {
            Value q = values.normal(Shape.of(2, 3, 20, keys), 1);
            double[] ones = new double[keys * keys];
            for (int i = 0; i < keys; i++) {
                ones[i * (keys + 1)] = keys;
            }
            double[] all = new double[6 * ones.length];
            Arrays.setAll(all, i -> ones[i % ones.length]);
            Value unit = values.f32(Shape.of(2, 3, keys, keys), all);
            Value weights = values.all(new Attention(drops), q, unit, unit)[0]; // All scores are 0.
            Value plain = values.f32(Shape.of(2, 3, 20, keys), filled(6 * 20 * keys));
            Value dropped = values.run(DROPOUT.orElseThrow(), plain);
            assertArrayEquals(Values.numbers(dropped), Values.numbers(weights), 1e-6);
        }
    }

    private static double[] filled(int count) {
        double[] numbers = new double[count];
        Arrays.fill(numbers, 1);
        return numbers;
    }

    @ParameterizedTest
    @ValueSource(strings = {"F32", "BF16"})
    void aQueryThatSeesNothingGivesZeros(DType factors) {
        Weighing masked = new Weighing(1, false, true, Optional.empty());
        for (Backend backend : new Backend[] {SCALAR, CPU}) {
            try (var values = new Values(backend)) {
                Value x = values.normal(Shape.of(1, 1, 3, 16), 1);
                Value mask = values.of(DType.BOOL, Shape.of(1, 1, 3, 3), 1, 0, 1, 0, 0, 0, 1, 1, 1);
                Runner runner = rounding(factors);
                Value[] out = runner.run(values, new Attention(masked), x, x, x, mask);
                double[] numbers = Values.numbers(out[0]);
                assertArrayEquals(new double[16], Arrays.copyOfRange(numbers, 16, 32));
                assertEquals(0, Values.numbers(out[1])[1]);
                Value[] gradients = runner.run(values, new AttentionGrad(masked), x, x, x, x, out[0], out[1], mask);
                double[] dq = Values.numbers(gradients[0]);
                assertArrayEquals(new double[16], Arrays.copyOfRange(dq, 16, 32));
                assertTrue(Arrays.stream(gradients)
                        .flatMapToDouble(gradient -> Arrays.stream(Values.numbers(gradient)))
                        .allMatch(Double::isFinite));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"F32, true", "F32, false", "BF16, true"})
    void aPackedProjectionHasTheBitsOfItsParts(DType factors, boolean causal) {
        var weighing = new Weighing(0.3, causal, true, DROPOUT);
        Runner runner = rounding(factors);
        try (var values = new Values(CPU)) {
            Value qkv = values.normal(Shape.of(2, 70, 3, 2, 16), 1);
            Value mask = values.normal(Shape.of(2, 1, 70, 70), 2);
            Value[] parts = new Value[3];
            for (int i = 0; i < 3; i++) {
                parts[i] = part(values, qkv, i);
            }
            Value[] out = runner.run(values, new SelfAttention(weighing), qkv, mask);
            Value[] apart = runner.run(values, new Attention(weighing), parts[0], parts[1], parts[2], mask);
            Value mixed = values.view(out[0], out[0].layout().permute(0, 2, 1, 3));
            assertArrayEquals(Values.numbers(apart[0]), Values.numbers(mixed));
            Value g = values.normal(Shape.of(2, 70, 2, 16), 3);
            Value turned = values.view(g, g.layout().permute(0, 2, 1, 3));
            Value gradient = runner.run(values, new SelfAttentionGrad(weighing), g, qkv, out[0], out[1], mask)[0];
            Value[] gradients = runner.run(
                    values,
                    new AttentionGrad(weighing),
                    turned,
                    parts[0],
                    parts[1],
                    parts[2],
                    apart[0],
                    apart[1],
                    mask);
            for (int i = 0; i < 3; i++) {
                assertArrayEquals(Values.numbers(gradients[i]), Values.numbers(part(values, gradient, i)));
            }
        }
    }

    /** Sees a part of [B, T, 3, H, D] as [B, H, T, D]. */
    private static Value part(Values values, Value packed, int i) {
        Layout heads = packed.layout().permute(2, 0, 3, 1, 4);
        Shape shape = heads.shape();
        Shape rest = Shape.of(shape.size(1), shape.size(2), shape.size(3), shape.size(4));
        return values.view(packed, Layout.of(rest, Arrays.copyOfRange(heads.strides(), 1, 5), i * heads.stride(0)));
    }

    @Test
    void refusesMasksAndProbabilitiesThatDoNotFit() {
        try (var values = new Values(CPU)) {
            Value x = values.normal(Shape.of(1, 2, 3, 4), 1);
            Op masked = new Attention(new Weighing(1, false, true, Optional.empty()));
            Value wide = values.normal(Shape.of(1, 1, 3, 4), 2);
            Value whole = values.of(DType.I64, Shape.of(1, 1, 3, 3), new double[9]);
            assertMessage(
                    "attention: the mask must broadcast to [1, 2, 3, 3], axis by axis, got [1, 1, 3, 4]",
                    () -> values.all(masked, x, x, x, wide));
            assertMessage("attention: the mask must be BOOL or F32, got I64", () -> values.all(masked, x, x, x, whole));
            assertMessage("attention: takes 4 inputs, got 3", () -> values.all(masked, x, x, x));
            Dropout all = new Dropout(1, new RandomKey(1, 1));
            Op drops = new Attention(new Weighing(1, false, false, Optional.of(all)));
            assertMessage(
                    "attention: the probability of dropping must be in [0, 1), got 1.0",
                    () -> values.all(drops, x, x, x));
        }
    }

    private static void assertMessage(String message, Runnable action) {
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, action::run).getMessage());
    }

    @Test
    void leavesNoMemoryBehind() {
        Problem problem = Problem.of(40, 40, "bool 1 1 40 40", "causal drops");
        for (DType factors : new DType[] {DType.F32, DType.BF16, DType.F16}) {
            problem.solve(CPU, rounding(factors));
            long before = CPU.memory().stats().bytesInUse();
            problem.solve(CPU, rounding(factors));
            assertEquals(before, CPU.memory().stats().bytesInUse());
        }
    }
}
