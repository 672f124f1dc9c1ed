package dev.lockstep.testkit.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.backend.op.Normalization;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Layer norm and batch norm; a row's numbers 1, 3 have mean 2, variance 1. */
interface NormalizationContract extends UnderTest {
    @Test
    default void layerNormNormalisesRows() {
        Value x = values().f32(Shape.of(2, 2), 1, 3, 10, 10);
        Value weight = values().f32(Shape.of(2), 2, 4);
        Value bias = values().f32(Shape.of(2), 10, 20);
        Value[] y = values().all(new Normalization.LayerNorm(1, 3), x, weight, bias);
        assertArrayEquals(new double[] {9, 22, 10, 20}, Values.numbers(y[0])); // rstd = 1 / sqrt(1 + 3)
        assertArrayEquals(new double[] {2, 10}, Values.numbers(y[1]));
        assertEquals(0.5, Values.numbers(y[2])[0]);
    }

    @Test
    default void layerNormGradientsMatchTheirFormula() {
        Value x = values().f32(Shape.of(1, 2), 1, 3);
        Value g = values().f32(Shape.of(1, 2), 1, 4);
        Value weight = values().f32(Shape.of(2), 1, 1);
        Value mean = values().f32(Shape.of(1), 2);
        Value rstd = values().f32(Shape.of(1), 0.5);
        Value[] d = values().all(new Normalization.LayerNormGrad(1), g, x, weight, mean, rstd);
        // xhat = -0.5, 0.5; mean of g = 2.5; mean of g xhat = 0.75
        assertArrayEquals(new double[] {-0.5625, 0.5625}, Values.numbers(d[0]));
        assertArrayEquals(new double[] {-0.5, 2}, Values.numbers(d[1]));
        assertArrayEquals(new double[] {1, 4}, Values.numbers(d[2]));
    }

    @Test
    default void batchNormNormalisesChannels() {
        Value x = values().f32(Shape.of(2, 2), 1, 5, 3, 5);
        Value weight = values().f32(Shape.of(2), 2, 2);
        Value bias = values().f32(Shape.of(2), 10, 20);
        Value[] y = values().all(new Normalization.BatchNorm(3), x, weight, bias);
        assertArrayEquals(new double[] {9, 20, 11, 20}, Values.numbers(y[0]));
        assertArrayEquals(new double[] {2, 5}, Values.numbers(y[1]));
        assertArrayEquals(new double[] {1, 0}, Values.numbers(y[2]));
        assertEquals(0.5, Values.numbers(y[3])[0]);
    }

    @Test
    default void batchNormIsItsStatisticsAndTheirUse() {
        Value x = values().f32(Shape.of(2, 2), 1, 5, 3, 5);
        Value[] found = values().all(new Normalization.BatchStatistics(3), x);
        assertArrayEquals(new double[] {2, 5}, Values.numbers(found[0]));
        assertArrayEquals(new double[] {1, 0}, Values.numbers(found[1]));
        assertEquals(0.5, Values.numbers(found[2])[0]);
        Value weight = values().f32(Shape.of(2), 2, 2);
        Value bias = values().f32(Shape.of(2), 10, 20);
        Value y = values().run(new Elementwise.Normalize(), x, found[0], found[2], weight, bias);
        assertArrayEquals(new double[] {9, 20, 11, 20}, Values.numbers(y));
    }

    @Test
    default void batchNormGradientsMatchTheirFormula() {
        Value x = values().f32(Shape.of(2, 1), 1, 3);
        Value g = values().f32(Shape.of(2, 1), 1, 4);
        Value weight = values().f32(Shape.of(1), 2);
        Value mean = values().f32(Shape.of(1), 2);
        Value rstd = values().f32(Shape.of(1), 0.5);
        Value[] d = values().all(new Normalization.BatchNormGrad(), g, x, weight, mean, rstd);
        assertArrayEquals(new double[] {-1.125, 1.125}, Values.numbers(d[0]));
        assertArrayEquals(new double[] {1.5}, Values.numbers(d[1]));
        assertArrayEquals(new double[] {5}, Values.numbers(d[2]));
    }

    @Test
    default void batchNormDoesNotDependOnThePhysicalOrder() {
        Shape shape = Shape.of(3, 4, 5, 6);
        double[] x = Values.normals((int) shape.elements(), 1);
        double[] g = Values.normals((int) shape.elements(), 2);
        Value weight = values().normal(Shape.of(4), 3);
        Value bias = values().normal(Shape.of(4), 4);
        long[][][] bits = new long[2][][];
        for (int i = 0; i < 2; i++) {
            Layout layout = i == 0 ? Layout.contiguous(shape) : Layout.channelsLast(shape);
            Value vx = values().of(DType.F32, layout, x);
            Value vg = values().of(DType.F32, layout, g);
            Value[] y = values().all(new Normalization.BatchNorm(1e-5), vx, weight, bias);
            Value[] d = values().all(new Normalization.BatchNormGrad(), vg, vx, weight, y[1], y[3]);
            bits[i] = Arrays.stream(new Value[] {y[0], y[1], y[2], d[0], d[1], d[2]})
                    .map(Values::bits)
                    .toArray(long[][]::new);
        }
        assertArrayEquals(bits[0], bits[1]);
    }

    @Test
    default void noRowsNormaliseToNoRowsAndZeroGradients() {
        Value none = values().f32(Shape.of(0, 3));
        Value weight = values().f32(Shape.of(3), 1, 1, 1);
        Value[] y = values().all(new Normalization.LayerNorm(1, 1e-5), none, weight, weight);
        assertEquals(Shape.of(0, 3), y[0].shape());
        assertEquals(Shape.of(0), y[1].shape());
        Value[] d = values().all(new Normalization.LayerNormGrad(1), none, none, weight, y[1], y[2]);
        assertArrayEquals(new double[3], Values.numbers(d[1]));
    }

    @Test
    default void weightsThatDoNotFitAreNamed() {
        Value x = values().normal(Shape.of(2, 4), 1);
        Value weight = values().normal(Shape.of(3), 2);
        var op = new Normalization.LayerNorm(1, 1e-5);
        var error = assertThrows(IllegalArgumentException.class, () -> values().all(op, x, weight, weight));
        assertEquals("layerNorm: the weight must be [4], got [3]", error.getMessage());
    }
}
