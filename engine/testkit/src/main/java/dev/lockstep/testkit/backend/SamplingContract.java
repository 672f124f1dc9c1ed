package dev.lockstep.testkit.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.RandomKey;
import dev.lockstep.backend.op.Sampling;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Counter-based randomness. */
interface SamplingContract extends UnderTest {
    private double[] dropout(double p, Value x) {
        return Values.numbers(values().run(new Sampling.Dropout(p, new RandomKey(1, 2)), x));
    }

    @Test
    default void uniformsAreThePublishedPhiloxWords() {
        Value x = values().run(new Sampling.Uniform(Shape.of(4), DType.F32, new RandomKey(0, 0)));
        double[] words = {0x6627e8, 0xe169c5, 0xbc57ac, 0x9b00db}; // known answer for key and counter 0, upper 24 bits
        assertArrayEquals(Arrays.stream(words).map(w -> w / (1 << 24)).toArray(), Values.numbers(x));
    }

    @Test
    default void aPrefixDoesNotDependOnTheLength() {
        var key = new RandomKey(7, 8);
        double[] few = Values.numbers(values().run(new Sampling.Normal(Shape.of(5), DType.F32, key)));
        double[] many = Values.numbers(values().run(new Sampling.Normal(Shape.of(37), DType.F32, key)));
        assertArrayEquals(few, Arrays.copyOf(many, 5));
    }

    @Test
    default void normalsHaveMeanZeroAndVarianceOne() {
        int count = 40000;
        double[] x = Values.numbers(values().run(new Sampling.Normal(Shape.of(count), DType.F32, new RandomKey(3, 4))));
        double mean = Arrays.stream(x).sum() / count;
        double variance = Arrays.stream(x).map(z -> z * z).sum() / count;
        assertEquals(0, mean, 5 / Math.sqrt(count)); // five standard deviations
        assertEquals(1, variance, 5 * Math.sqrt(2.0 / count));
    }

    @Test
    default void doubleNormalsAreTheSameDraws() {
        var key = new RandomKey(5, 6);
        double[] single = Values.numbers(values().run(new Sampling.Normal(Shape.of(64), DType.F32, key)));
        double[] twice = Values.numbers(values().run(new Sampling.Normal(Shape.of(64), DType.F64, key)));
        double[] radius = new double[64];
        Arrays.fill(radius, 4); // The angle's rounding counts against the radius, not the projection.
        Tolerance.element(DType.F32).check("normal", twice, single, radius);
    }

    @Test
    default void dropoutZeroesAFractionAndScalesTheRest() {
        double[] ones = new double[10000];
        Arrays.fill(ones, 1);
        double[] y = dropout(0.25, values().f32(Shape.of(10000), ones));
        double zeros = Arrays.stream(y).filter(v -> v == 0).count();
        assertTrue(Arrays.stream(y).allMatch(v -> v == 0 || v == (float) (1 / 0.75)));
        assertEquals(2500, zeros, 5 * Math.sqrt(10000 * 0.25 * 0.75));
    }

    @Test
    default void dropoutCountsInLogicalOrder() {
        Shape shape = Shape.of(2, 3, 4, 5);
        double[] numbers = Values.normals(120, 1);
        Value rows = values().f32(shape, numbers);
        Value last = values().of(DType.F32, Layout.channelsLast(shape), numbers);
        assertArrayEquals(dropout(0.5, rows), dropout(0.5, last));
    }

    @Test
    default void dropoutOfAllOrNothing() {
        Value x = values().f32(Shape.of(3), 1, 2, 3);
        assertArrayEquals(new double[] {1, 2, 3}, dropout(0, x));
        assertArrayEquals(new double[] {0, 0, 0}, dropout(1, x));
        assertEquals(0, dropout(0.5, values().f32(Shape.of(0))).length);
        var error = assertThrows(IllegalArgumentException.class, () -> dropout(1.5, x));
        assertEquals("dropout: p must be in [0, 1], got 1.5", error.getMessage());
    }
}
