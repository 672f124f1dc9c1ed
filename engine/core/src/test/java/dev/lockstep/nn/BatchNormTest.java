package dev.lockstep.nn;

import static dev.lockstep.tensor.Tensors.randn;
import static dev.lockstep.tensor.Tensors.zeros;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.module.BufferUpdates;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchNormTest {
    /** Channel 0: 1, 3, 5, 7 with mean 4, biased variance 5, unbiased 20 / 3. Channel 1: all 2. */
    private final Tensor x = Tensors.of(new float[] {1, 2, 3, 2, 5, 2, 7, 2}, 4, 2);

    private final BatchNorm1d norm = new BatchNorm1d(2);

    private double[] buffer(String name) {
        return norm.stateDict().get(name).toDoubleArray();
    }

    @Test
    void keysAndOrderAreTorchs() {
        assertEquals(
                List.of("weight", "bias", "running_mean", "running_var", "num_batches_tracked"),
                List.copyOf(norm.stateDict().keys()));
        assertEquals(2, norm.parameters().size());
    }

    @Test
    void trainingNormalisesWithTheBatch() {
        double s = Math.sqrt(5 + 1e-5);
        double[] expected = {-3 / s, 0, -1 / s, 0, 1 / s, 0, 3 / s, 0};
        assertArrayEquals(expected, norm.call(x).toDoubleArray(), 1e-5);
    }

    @Test
    void outsideOfAStepTheRunningValuesMoveAtOnce() {
        norm.call(x);
        assertArrayEquals(new double[] {0.4, 0.2}, buffer("running_mean"), 1e-6);
        assertArrayEquals(new double[] {0.9 + 2.0 / 3, 0.9}, buffer("running_var"), 1e-6);
        assertArrayEquals(new double[] {1}, buffer("num_batches_tracked"));
    }

    @Test
    void insideAStepNothingIsWritten() {
        try (BufferUpdates updates = new BufferUpdates()) {
            updates.during(() -> norm.call(x));
            assertArrayEquals(new double[] {0, 0}, buffer("running_mean"));
            assertArrayEquals(new double[] {0}, buffer("num_batches_tracked"));
            Tensor mean = updates.of(norm.stateDict().get("running_mean")).orElseThrow();
            assertArrayEquals(new double[] {0.4, 0.2}, mean.toDoubleArray(), 1e-6);
            assertEquals(3, updates.count());
        }
    }

    @Test
    void evaluationUsesTheRunningValuesAndEmitsNothing() {
        norm.call(x);
        norm.eval();
        double s = Math.sqrt(0.9 + 2.0 / 3 + 1e-5);
        double[] y = norm.call(x).toDoubleArray();
        assertEquals(0.6 / s, y[0], 1e-5);
        assertEquals(6.6 / s, y[6], 1e-5);
        assertArrayEquals(new double[] {1}, buffer("num_batches_tracked"));
    }

    @Test
    void imagesAreNormalisedOverBatchHeightAndWidth() {
        BatchNorm2d images = new BatchNorm2d(3);
        Tensor y = images.call(randn(4, 3, 5, 5).mul(3).add(7L));
        assertArrayEquals(new double[3], y.mean(0, 2, 3).toDoubleArray(), 1e-5);
        double[] ones = {1, 1, 1};
        assertArrayEquals(ones, y.var(0, false, 0, 2, 3).toDoubleArray(), 1e-4);
    }

    @Test
    void gradientsReachWeightAndBias() {
        var gradients = norm.call(x).square().sum().backward();
        Tensor weight = norm.stateDict().get("weight");
        assertArrayEquals(new double[] {8, 0}, gradients.get(weight).toDoubleArray(), 1e-4);
        Tensor bias = norm.stateDict().get("bias");
        assertArrayEquals(new double[] {0, 0}, gradients.get(bias).toDoubleArray(), 1e-5);
    }

    @Test
    void rejectsASingleValueAndWrongShapes() {
        Exception single = assertThrows(IllegalArgumentException.class, () -> norm.call(zeros(1, 2)));
        assertTrue(String.valueOf(single.getMessage()).contains("more than one value a channel"), single.getMessage());
        assertThrows(IllegalArgumentException.class, () -> norm.call(zeros(4, 3)));
        assertThrows(IllegalArgumentException.class, () -> new BatchNorm2d(2).call(zeros(4, 2)));
    }
}
