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

    @Test
    default void aCellRefusesGatesThatAreNotFourStates() {
        Value z = values().normal(Shape.of(2, 6), 1);
        Value c = values().normal(Shape.of(2, 2), 2);
        var refused =
                assertThrows(IllegalArgumentException.class, () -> values().all(new Recurrence.LstmCell(), z, z, c));
        assertEquals("lstmCell: z must be [2, 8], got [2, 6]", refused.getMessage());
    }
}
