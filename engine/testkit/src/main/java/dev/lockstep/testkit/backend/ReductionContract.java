package dev.lockstep.testkit.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Axes;
import dev.lockstep.backend.op.FixedSum;
import dev.lockstep.backend.op.ReduceKind;
import dev.lockstep.backend.op.Reduction;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import org.junit.jupiter.api.Test;

/** Reductions, and Note [Order of sums]. */
interface ReductionContract extends UnderTest {
    private Value reduce(ReduceKind kind, Value x, int... axes) {
        return values().run(new Reduction.Reduce(kind, Axes.of(axes), false), x);
    }

    private Value matrix() {
        return values().f32(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
    }

    @Test
    default void everyKindFoldsRowsColumnsAndAll() {
        assertArrayEquals(new double[] {6, 15}, Values.numbers(reduce(ReduceKind.SUM, matrix(), 1)));
        assertArrayEquals(new double[] {5, 7, 9}, Values.numbers(reduce(ReduceKind.SUM, matrix(), 0)));
        assertArrayEquals(new double[] {21}, Values.numbers(reduce(ReduceKind.SUM, matrix(), 0, 1)));
        assertArrayEquals(new double[] {2, 5}, Values.numbers(reduce(ReduceKind.MEAN, matrix(), 1)));
        assertArrayEquals(new double[] {4, 10, 18}, Values.numbers(reduce(ReduceKind.PROD, matrix(), 0)));
        assertArrayEquals(new double[] {3, 6}, Values.numbers(reduce(ReduceKind.AMAX, matrix(), 1)));
        assertArrayEquals(new double[] {1, 2, 3}, Values.numbers(reduce(ReduceKind.AMIN, matrix(), 0)));
        assertArrayEquals(new double[] {1, 1}, Values.numbers(reduce(ReduceKind.ANY, matrix(), 1)));
        assertArrayEquals(new double[] {0}, Values.numbers(reduce(ReduceKind.ALL, values().f32(Shape.of(2), 1, 0), 0)));
    }

    @Test
    default void keptAxesHaveSizeOne() {
        var op = new Reduction.Reduce(ReduceKind.SUM, Axes.of(0), true);
        assertEquals(Shape.of(1, 3), values().run(op, matrix()).shape());
        assertEquals(Shape.of(), reduce(ReduceKind.SUM, matrix(), 0, 1).shape());
    }

    @Test
    default void integersAndBoolsSumToI64() {
        Value flags = values().of(DType.BOOL, Shape.of(3), 1, 0, 1);
        Value sum = reduce(ReduceKind.SUM, flags, 0);
        assertEquals(DType.I64, sum.dtype());
        assertArrayEquals(new double[] {2}, Values.numbers(sum));
        assertEquals(4e9, Values.numbers(reduce(ReduceKind.SUM, values().of(DType.I32, Shape.of(2), 2e9, 2e9), 0))[0]);
    }

    @Test
    default void sumsFollowTheFixedOrder() {
        for (int length : new int[] {1, 2, 15, 16, 17, 33, 100, 4096, 4097, 9000}) {
            double[] x = Values.normals(length, length);
            var expected = new FixedSum();
            for (double number : x) {
                expected.add((float) number);
            }
            Value sum = reduce(ReduceKind.SUM, values().f32(Shape.of(length), x), 0);
            assertEquals(expected.value(), (float) Values.numbers(sum)[0], "length " + length);
        }
    }

    @Test
    default void sumsOverLeadingAndMiddleAxesTakeLogicalOrder() {
        double[] x = Values.normals(40 * 3 * 7, 5);
        Value sums = reduce(ReduceKind.SUM, values().f32(Shape.of(40, 3, 7), x), 0, 2);
        for (int c = 0; c < 3; c++) {
            var expected = new FixedSum();
            for (int n = 0; n < 40; n++) {
                for (int i = 0; i < 7; i++) {
                    expected.add((float) x[(n * 3 + c) * 7 + i]);
                }
            }
            assertEquals(expected.value(), (float) Values.numbers(sums)[c]);
        }
    }

    @Test
    default void sumsDoNotDependOnThePhysicalOrder() {
        Shape shape = Shape.of(3, 5, 7, 6);
        double[] x = Values.normals((int) shape.elements(), 8);
        Value rows = values().f32(shape, x);
        Value last = values().of(DType.F32, Layout.channelsLast(shape), x);
        int[][] axes = {{0, 2, 3}, {1}, {0}, {2, 3}, {0, 1, 2, 3}, {1, 3}};
        for (int[] reduced : axes) {
            for (ReduceKind kind : ReduceKind.values()) {
                assertArrayEquals(
                        Values.bits(reduce(kind, rows, reduced)),
                        Values.bits(reduce(kind, last, reduced)),
                        kind + " over " + Axes.of(reduced));
            }
        }
    }

    @Test
    default void emptyReductionsGiveTheNeutralElement() {
        Value none = values().f32(Shape.of(0, 2));
        assertArrayEquals(new double[] {0, 0}, Values.numbers(reduce(ReduceKind.SUM, none, 0)));
        assertArrayEquals(new double[] {1, 1}, Values.numbers(reduce(ReduceKind.PROD, none, 0)));
        assertArrayEquals(new double[] {Double.NaN, Double.NaN}, Values.numbers(reduce(ReduceKind.MEAN, none, 0)));
        assertEquals(Shape.of(0), reduce(ReduceKind.AMAX, none, 1).shape());
    }

    @Test
    default void emptyMaximumIsAnError() {
        Value none = values().f32(Shape.of(0, 2));
        var error = assertThrows(IllegalArgumentException.class, () -> reduce(ReduceKind.AMAX, none, 0));
        assertEquals("amax: has no elements along axes [0] of [0, 2]", error.getMessage());
    }

    @Test
    default void nanPassesThroughMaximaAndWinsArgmax() {
        Value x = values().f32(Shape.of(4), 1, Double.NaN, 3, Double.NaN);
        assertEquals(Double.NaN, Values.numbers(reduce(ReduceKind.AMAX, x, 0))[0]);
        assertEquals(Double.NaN, Values.numbers(reduce(ReduceKind.AMIN, x, 0))[0]);
        assertEquals(1, Values.numbers(values().run(new Reduction.ArgReduce(true, 0, false), x))[0]);
    }

    @Test
    default void argReduceFindsTheFirst() {
        Value x = values().f32(Shape.of(2, 4), 1, 5, 5, 2, -1, -7, 0, -7);
        Value largest = values().run(new Reduction.ArgReduce(true, 1, false), x);
        Value smallest = values().run(new Reduction.ArgReduce(false, 1, true), x);
        assertEquals(DType.I64, largest.dtype());
        assertArrayEquals(new double[] {1, 2}, Values.numbers(largest));
        assertEquals(Shape.of(2, 1), smallest.shape());
        assertArrayEquals(new double[] {0, 1}, Values.numbers(smallest));
    }
}
