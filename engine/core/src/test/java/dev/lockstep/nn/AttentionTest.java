package dev.lockstep.nn;

import static dev.lockstep.tensor.Tensors.cat;
import static dev.lockstep.tensor.Tensors.manualSeed;
import static dev.lockstep.tensor.Tensors.noGrad;
import static dev.lockstep.tensor.Tensors.randn;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.layout.Shape;
import dev.lockstep.tensor.Gradients;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AttentionTest {
    private static final double STEP = 0.01;

    @BeforeEach
    void seed() {
        manualSeed(3);
    }

    @Test
    void keysAndShapesAreTorchs() {
        MultiheadAttention attention = new MultiheadAttention(4, 2);
        assertEquals(
                List.of("in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"),
                List.copyOf(attention.stateDict().keys()));
        assertEquals(
                Shape.of(12, 4), attention.stateDict().get("in_proj_weight").shape());
        assertArrayEquals(
                new float[4], attention.stateDict().get("out_proj.bias").toFloatArray());
    }

    /** Xavier's bound for [12, 4] is sqrt(6 / 16). */
    @Test
    void projectionStartsWithinXaviersBound() {
        double[] weights =
                new MultiheadAttention(4, 2).stateDict().get("in_proj_weight").toDoubleArray();
        double most = Arrays.stream(weights).map(Math::abs).max().orElseThrow();
        assertTrue(most <= 0.6124 && most > 0.4, "largest " + most);
    }

    @Test
    void followsTheFormulaByPlainLoops() {
        MultiheadAttention attention = new MultiheadAttention(4, 2);
        Tensor x = randn(2, 3, 4);
        double[] expected = byHand(attention, x);
        assertArrayEquals(expected, attention.call(x).toDoubleArray(), 1e-5);
    }

    private static double[] byHand(MultiheadAttention attention, Tensor x) {
        double[] in = attention.stateDict().get("in_proj_weight").toDoubleArray();
        double[] out = attention.stateDict().get("out_proj.weight").toDoubleArray();
        double[] values = x.toDoubleArray();
        double[] result = new double[values.length];
        for (int n = 0; n < 2; n++) {
            double[][] mixed = new double[3][4];
            for (int head = 0; head < 2; head++) {
                mixHead(mixed, Arrays.copyOfRange(values, 12 * n, 12 * n + 12), in, head);
            }
            for (int t = 0; t < 3; t++) {
                for (int e = 0; e < 4; e++) {
                    result[12 * n + 4 * t + e] = dot(out, 4 * e, mixed[t], 0, 4);
                }
            }
        }
        return result;
    }

    private static void mixHead(double[][] mixed, double[] x, double[] in, int head) {
        double[][][] qkv = new double[3][3][2];
        for (int i = 0; i < 18; i++) {
            int part = i / 6;
            int t = i / 2 % 3;
            int d = i % 2;
            qkv[part][t][d] = dot(in, 4 * (4 * part + 2 * head + d), x, 4 * t, 4);
        }
        for (int t = 0; t < 3; t++) {
            double[] weights = new double[3];
            for (int s = 0; s < 3; s++) {
                weights[s] = Math.exp(dot(qkv[0][t], 0, qkv[1][s], 0, 2) / Math.sqrt(2));
            }
            double sum = Arrays.stream(weights).sum();
            for (int i = 0; i < 6; i++) {
                mixed[t][2 * head + i % 2] += weights[i / 2] / sum * qkv[2][i / 2][i % 2];
            }
        }
    }

    private static double dot(double[] a, int fromA, double[] b, int fromB, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += a[fromA + i] * b[fromB + i];
        }
        return sum;
    }

    @Test
    void queriesKeysAndValuesMayDiffer() {
        MultiheadAttention attention = new MultiheadAttention(4, 2);
        Tensor x = randn(2, 3, 4);
        Tensor copy = x.clone();
        float[] self = attention.call(x).toFloatArray();
        float[] apart =
                attention.call(new MultiheadAttention.Input(x, copy, copy)).toFloatArray();
        assertArrayEquals(self, apart, 1e-6f);
        Tensor longer = randn(2, 7, 4);
        assertEquals(
                Shape.of(2, 3, 4),
                attention.call(new MultiheadAttention.Input(x, longer, longer)).shape());
    }

    @Test
    void causalAttentionDoesNotSeeTheFuture() {
        MultiheadAttention attention = new MultiheadAttention(4, 2, o -> o.causal(true));
        Tensor x = randn(1, 3, 4);
        Tensor other = cat(1, x.narrow(1, 0, 2), randn(1, 1, 4));
        float[] before = attention.call(x).narrow(1, 0, 2).toFloatArray();
        assertArrayEquals(before, attention.call(other).narrow(1, 0, 2).toFloatArray());
    }

    @Test
    void rejectsHeadsThatDoNotDivide() {
        assertThrows(IllegalArgumentException.class, () -> new MultiheadAttention(5, 2));
    }

    @Test
    void blockHasTorchsKeys() {
        TransformerEncoderLayer block = new TransformerEncoderLayer(4, 2, o -> o.hidden(8));
        assertEquals(
                List.of(
                        "self_attn.in_proj_weight",
                        "self_attn.in_proj_bias",
                        "self_attn.out_proj.weight",
                        "self_attn.out_proj.bias",
                        "linear1.weight",
                        "linear1.bias",
                        "linear2.weight",
                        "linear2.bias",
                        "norm1.weight",
                        "norm1.bias",
                        "norm2.weight",
                        "norm2.bias"),
                List.copyOf(block.stateDict().keys()));
    }

    /** After the last norm each place has mean 0 and variance 1; before it the sum of the parts does not. */
    @Test
    void normsStandAfterOrBeforeTheParts() {
        Tensor x = randn(2, 3, 8).mul(5);
        TransformerEncoderLayer post =
                new TransformerEncoderLayer(8, 2, o -> o.hidden(8).dropout(0));
        assertArrayEquals(new double[6], post.call(x).mean(-1).flatten().toDoubleArray(), 1e-5);
        TransformerEncoderLayer pre =
                new TransformerEncoderLayer(8, 2, o -> o.hidden(8).dropout(0).preNorm(true));
        double[] moved = pre.call(x).sub(x).abs().flatten().toDoubleArray();
        assertTrue(Arrays.stream(moved).max().orElseThrow() < 5, "a pre-norm block adds little to its input");
    }

    /** Central differences in F32 with h = 0.01: the error is about 1e-3 of the loss's scale. */
    @Test
    void gradientsOfABlockAgreeWithDifferences() {
        TransformerEncoderLayer block = new TransformerEncoderLayer(
                4, 2, o -> o.hidden(6).dropout(0).gelu(true).preNorm(true).causal(true));
        Tensor x = randn(2, 3, 4);
        Tensor aim = randn(2, 3, 4);
        Gradients gradients = block.call(x).mul(aim).sum().backward();
        for (Tensor parameter : block.parameters()) {
            double[] exact = gradients.get(parameter).flatten().toDoubleArray();
            for (int i = 0; i < exact.length; i += 3) {
                Tensor element = parameter.detach().view(-1).narrow(0, i, 1);
                double slope = slope(element, () -> block.call(x).mul(aim).sum().item());
                assertEquals(exact[i], slope, 5e-3 * Math.max(1, Math.abs(exact[i])));
            }
        }
    }

    /** Moves one element up and down and puts it back. */
    private static double slope(Tensor element, DoubleSupplier loss) {
        return noGrad(() -> {
            Tensor before = element.clone();
            element.add_(STEP);
            double upper = loss.getAsDouble();
            element.copy_(before).sub_(Tensors.scalar(STEP));
            double lower = loss.getAsDouble();
            element.copy_(before);
            return (upper - lower) / (2 * STEP);
        });
    }
}
