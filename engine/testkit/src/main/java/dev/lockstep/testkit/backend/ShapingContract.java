package dev.lockstep.testkit.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Shaping;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Views, joins and their gradients. */
interface ShapingContract extends UnderTest {
    private Value matrix() {
        return values().f32(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
    }

    @Test
    default void viewsShareMemory() {
        Value x = matrix();
        List<Shaping.View> views = List.of(
                new Shaping.Reshape(Shape.of(3, 2)),
                new Shaping.Permute(List.of(1, 0)),
                new Shaping.Expand(Shape.of(4, 2, 3)),
                new Shaping.Narrow(1, 1, 2, 1),
                new Shaping.Detach());
        for (Shaping.View view : views) {
            assertSame(x.storage(), values().run(view, x).storage(), view.toString());
        }
    }

    @Test
    default void viewsSeeTheRightElements() {
        assertArrayEquals(
                new double[] {1, 4, 2, 5, 3, 6},
                Values.numbers(values().run(new Shaping.Permute(List.of(1, 0)), matrix())));
        assertArrayEquals(
                new double[] {1, 3, 4, 6}, Values.numbers(values().run(new Shaping.Narrow(1, 0, 2, 2), matrix())));
        Value row = values().f32(Shape.of(1, 2), 7, 8);
        assertArrayEquals(
                new double[] {7, 8, 7, 8}, Values.numbers(values().run(new Shaping.Expand(Shape.of(2, 2)), row)));
    }

    @Test
    default void reshapeOfATransposedMatrixCopiesInLogicalOrder() {
        Value x = matrix();
        Value transposed = values().run(new Shaping.Permute(List.of(1, 0)), x);
        Value flat = values().run(new Shaping.Reshape(Shape.of(6)), transposed);
        assertNotEquals(x.storage(), flat.storage());
        assertArrayEquals(new double[] {1, 4, 2, 5, 3, 6}, Values.numbers(flat));
    }

    @Test
    default void narrowGradPlacesTheGradientIntoZeros() {
        Value g = values().f32(Shape.of(2, 2), 1, 2, 3, 4);
        Value dx = values().run(new Shaping.NarrowGrad(Shape.of(2, 5), 1, 1, 2), g);
        assertArrayEquals(new double[] {0, 1, 0, 2, 0, 0, 3, 0, 4, 0}, Values.numbers(dx));
    }

    @Test
    default void concatJoinsStridedEmptyAndWholeParts() {
        Value x = matrix();
        Value strided = values().of(DType.F32, Layout.of(Shape.of(2, 1), new long[] {3, 1}, 1), 8, 9);
        Value none = values().f32(Shape.of(2, 0));
        Value joined = values().run(new Shaping.Concat(1), x, none, strided);
        assertArrayEquals(new double[] {1, 2, 3, 8, 4, 5, 6, 9}, Values.numbers(joined));
        assertArrayEquals(
                new double[] {1, 2},
                Values.numbers(values().run(new Shaping.Concat(0), values().i64(1), values().i64(2))));
    }

    @Test
    default void misfitsNameTheOpAndTheShapes() {
        Value x = matrix();
        Value y = values().f32(Shape.of(1, 2), 1, 2);
        var concat = assertThrows(IllegalArgumentException.class, () -> values().run(new Shaping.Concat(0), x, y));
        assertEquals("concat: shapes differ outside of axis 0: [2, 3] and [1, 2]", concat.getMessage());
        var reshape =
                assertThrows(IllegalArgumentException.class, () -> values().run(new Shaping.Reshape(Shape.of(4)), x));
        assertTrue(reshape.getMessage().startsWith("reshape: [2, 3] has 6 elements"), reshape.getMessage());
    }
}
