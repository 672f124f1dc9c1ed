package dev.lockstep.testkit.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Recurrence;
import dev.lockstep.layout.Shape;
import org.junit.jupiter.api.Test;

/** What every backend's recurrent cells must give: numbers worked out by hand. */
interface RecurrenceContract extends UnderTest {
    /** A few roundings of f32 numbers of size 1. */
    double TOLERANCE = 1e-6;

    /** With z + x = 0 the sigmoids are 1/2 and g is 0: c' = c / 2, h = tanh(c / 2) / 2. */
    @Test
    default void aCellAtZeroHalvesItsState() {
        Value z = values().f32(Shape.of(1, 8), 1, -2, 3, 4, 0, 5, -6, 7);
        Value x = values().f32(Shape.of(1, 8), -1, 2, -3, -4, 0, -5, 6, -7);
        Value c = values().f32(Shape.of(1, 2), 2, -4);
        Value[] out = values().all(new Recurrence.LstmCell(), z, x, c);
        double[] squashed = {Math.tanh(1), Math.tanh(-2)};
        assertArrayEquals(new double[] {squashed[0] / 2, squashed[1] / 2}, Values.numbers(out[0]), TOLERANCE);
        assertArrayEquals(new double[] {1, -2}, Values.numbers(out[1]), TOLERANCE);
        assertArrayEquals(new double[] {.5, .5, .5, .5, 0, 0, .5, .5}, Values.numbers(out[2]), TOLERANCE);
        assertArrayEquals(squashed, Values.numbers(out[3]), TOLERANCE);
    }

    /**
     * Gates i = 1/2, f = 1/4, g = 1/2, o = 1/5, s = 0, all = 2 + 3: the cell's gradient is 1 + 5 / 5 = 2, and so
     * {@code di = 2 g i (1 - i) = 1/4, df = 2 c f (1 - f) = 9/8, dg = 2 i (1 - g^2) = 3/4, do = 0, dc = 2 f = 1/2}.
     */
    @Test
    default void aCellsGradientIsThatOfItsGates() {
        Shape one = Shape.of(1, 1);
        Value gates = values().f32(Shape.of(1, 4), 0.5f, 0.25f, 0.5f, 0.2f);
        Value c = values().f32(one, 3);
        Value s = values().f32(one, 0);
        Value[] out = values().all(
                        new Recurrence.LstmCellGrad(),
                        values().f32(one, 2),
                        values().f32(one, 3),
                        values().f32(one, 1),
                        gates,
                        c,
                        s);
        assertArrayEquals(new double[] {0.25, 1.125, 0.75, 0}, Values.numbers(out[0]), TOLERANCE);
        assertArrayEquals(new double[] {0.5}, Values.numbers(out[1]), TOLERANCE);
    }

    /** A weight of zeros, x + bias = 0: each step halves the cell. */
    @Test
    default void aScanGoesFromStepToStep() {
        Value x = values().f32(Shape.of(2, 1, 4), -1, 2, 3, -4, -1, 2, 3, -4);
        Value one = values().f32(Shape.of(1, 1), 4);
        Value bias = values().f32(Shape.of(4), 1, -2, -3, 4);
        Value[] out =
                values().all(new Recurrence.LstmScan(), x, one, one, values().f32(Shape.of(4, 1), 0, 0, 0, 0), bias);
        double[] squashed = {Math.tanh(2), Math.tanh(1)};
        assertEquals(Shape.of(3, 1, 1), out[0].shape());
        assertArrayEquals(new double[] {4, squashed[0] / 2, squashed[1] / 2}, Values.numbers(out[0]), TOLERANCE);
        assertArrayEquals(new double[] {4, 2, 1}, Values.numbers(out[1]), TOLERANCE);
        assertArrayEquals(new double[] {.5, .5, 0, .5, .5, .5, 0, .5}, Values.numbers(out[2]), TOLERANCE);
        assertArrayEquals(squashed, Values.numbers(out[3]), TOLERANCE);
    }

    /** With h = 1, c = 0 and a weight that only g sees: g = tanh(0.5), c' = g / 2, and so on with h'. */
    @Test
    default void aScanFeedsTheStateBack() {
        Value x = values().f32(Shape.of(2, 1, 4), 0, 0, 0, 0, 0, 0, 0, 0);
        Value weight = values().f32(Shape.of(4, 1), 0, 0, 0.5f, 0);
        Value[] out = values().all(
                        new Recurrence.LstmScan(),
                        x,
                        values().f32(Shape.of(1, 1), 1),
                        values().f32(Shape.of(1, 1), 0),
                        weight,
                        values().f32(Shape.of(4), 0, 0, 0, 0));
        double first = Math.tanh(0.5) / 2;
        double second = first / 2 + Math.tanh(0.5 * Math.tanh(first) / 2) / 2;
        assertArrayEquals(new double[] {0, first, second}, Values.numbers(out[1]), TOLERANCE);
    }

    /**
     * The cell of {@link #aCellsGradientIsThatOfItsGates} as the only step, dh being 5: its gates' gradient times the
     * weight (1, 2, 3, 4) is {@code 1/4 + 9/4 + 9/4 = 19/4}.
     */
    @Test
    default void aScansGradientReachesTheFirstState() {
        Shape one = Shape.of(1, 1, 1);
        Value[] out = values().all(
                        new Recurrence.LstmScanGrad(),
                        values().f32(one, 5),
                        values().f32(Shape.of(1, 1), 1),
                        values().f32(Shape.of(4, 1), 1, 2, 3, 4),
                        values().f32(Shape.of(1, 1, 4), 0.5f, 0.25f, 0.5f, 0.2f),
                        values().f32(Shape.of(2, 1, 1), 3, 9),
                        values().f32(one, 0));
        assertArrayEquals(new double[] {0.25, 1.125, 0.75, 0}, Values.numbers(out[0]), TOLERANCE);
        assertArrayEquals(new double[] {4.75}, Values.numbers(out[1]), TOLERANCE);
        assertArrayEquals(new double[] {0.5}, Values.numbers(out[2]), TOLERANCE);
    }

    @Test
    default void aScanRefusesWhatDoesNotFit() {
        Value state = values().normal(Shape.of(2, 2), 1);
        Value bias = values().normal(Shape.of(8), 2);
        Value weight = values().normal(Shape.of(8, 2), 3);
        Value none = values().normal(Shape.of(0, 2, 8), 4);
        var empty = assertThrows(
                IllegalArgumentException.class,
                () -> values().all(new Recurrence.LstmScan(), none, state, state, weight, bias));
        assertEquals("lstmScan: x must have a step at least, got [0, 2, 8]", empty.getMessage());
        Value x = values().normal(Shape.of(1, 2, 8), 5);
        var turned = assertThrows(
                IllegalArgumentException.class,
                () -> values().all(
                                new Recurrence.LstmScan(), x, state, state, values().normal(Shape.of(2, 8), 6), bias));
        assertEquals("lstmScan: the weight must be [8, 2], got [2, 8]", turned.getMessage());
    }

    @Test
    default void aCellRefusesGatesThatAreNotFourStates() {
        Value z = values().normal(Shape.of(2, 6), 1);
        Value c = values().normal(Shape.of(2, 2), 2);
        var refused =
                assertThrows(IllegalArgumentException.class, () -> values().all(new Recurrence.LstmCell(), z, z, c));
        assertEquals("lstmCell: z must be [2, 8], got [2, 6]", refused.getMessage());
    }
}
