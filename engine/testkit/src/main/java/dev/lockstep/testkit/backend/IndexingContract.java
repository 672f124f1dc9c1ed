package dev.lockstep.testkit.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Indexing;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import org.junit.jupiter.api.Test;

/** Reads and sums by index. */
interface IndexingContract extends UnderTest {
    private Value matrix() {
        return values().f32(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
    }

    @Test
    default void indexSelectTakesSlices() {
        assertArrayEquals(
                new double[] {3, 1, 6, 4},
                Values.numbers(values().run(new Indexing.IndexSelect(1), matrix(), values().i64(2, 0))));
        Value rows = values().run(new Indexing.IndexSelect(0), matrix(), values().of(DType.I32, Shape.of(1), 1));
        assertArrayEquals(new double[] {4, 5, 6}, Values.numbers(rows));
    }

    @Test
    default void indexSelectGradSumsRepeatedSlices() {
        Value g = values().f32(Shape.of(2, 3), 1, 2, 4, 8, 16, 32);
        Value dx = values().run(new Indexing.IndexSelectGrad(Shape.of(2, 2), 1), g, values().i64(1, 1, 0));
        assertArrayEquals(new double[] {4, 3, 32, 24}, Values.numbers(dx));
    }

    @Test
    default void gatherTakesElementsAndItsGradientPutsThemBack() {
        Value index = values().of(DType.I64, Shape.of(2, 1), 2, 0);
        assertArrayEquals(new double[] {3, 4}, Values.numbers(values().run(new Indexing.Gather(1), matrix(), index)));
        Value g = values().f32(Shape.of(2, 1), 10, 20);
        Value dx = values().run(new Indexing.GatherGrad(Shape.of(2, 3), 1), g, index);
        assertArrayEquals(new double[] {0, 0, 10, 20, 0, 0}, Values.numbers(dx));
    }

    @Test
    default void embeddingLooksRowsUp() {
        Value index = values().of(DType.I64, Shape.of(2, 2), 1, 0, 1, 1);
        Value y = values().run(new Indexing.Embedding(), matrix(), index);
        assertEquals(Shape.of(2, 2, 3), y.shape());
        assertArrayEquals(new double[] {4, 5, 6, 1, 2, 3, 4, 5, 6, 4, 5, 6}, Values.numbers(y));
    }

    @Test
    default void embeddingGradSumsRowsAndSkipsPadding() {
        Value g = values().f32(Shape.of(3, 2), 1, 2, 4, 8, 16, 32);
        Value index = values().i64(2, 0, 2);
        Value all = values().run(new Indexing.EmbeddingGrad(3, -1), g, index);
        Value padded = values().run(new Indexing.EmbeddingGrad(3, 2), g, index);
        assertArrayEquals(new double[] {4, 8, 0, 0, 17, 34}, Values.numbers(all));
        assertArrayEquals(new double[] {4, 8, 0, 0, 0, 0}, Values.numbers(padded));
    }

    @Test
    default void sumsAddInOrderOfTheIndex() {
        Value g = values().f32(Shape.of(3, 1), 1e8, -1e8, 1);
        Value y = values().run(new Indexing.EmbeddingGrad(1, -1), g, values().i64(0, 0, 0));
        assertArrayEquals(new double[] {1}, Values.numbers(y)); // 1e8 + 1 would lose the 1
    }

    @Test
    default void nothingSelectedIsEmptyAndItsGradientZero() {
        Value none = values().run(new Indexing.Embedding(), matrix(), values().i64());
        assertEquals(Shape.of(0, 3), none.shape());
        Value dw = values().run(new Indexing.EmbeddingGrad(2, -1), none, values().i64());
        assertArrayEquals(new double[6], Values.numbers(dw));
    }

    @Test
    default void anIndexOutOfRangeIsNamedWithItsPlace() {
        Value index = values().of(DType.I64, Shape.of(2, 2), 0, 1, 7, 0);
        Value x = matrix();
        var embedding =
                assertThrows(IllegalArgumentException.class, () -> values().run(new Indexing.Embedding(), x, index));
        assertEquals("embedding: index 7 at [1, 0] is out of range for size 2", embedding.getMessage());
        Value below = values().i64(-1);
        var select =
                assertThrows(IllegalArgumentException.class, () -> values().run(new Indexing.IndexSelect(1), x, below));
        assertEquals("indexSelect: index -1 at [0] is out of range for size 3", select.getMessage());
    }
}
