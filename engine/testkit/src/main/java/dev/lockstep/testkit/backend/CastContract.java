package dev.lockstep.testkit.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Creation;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import org.junit.jupiter.api.Test;

/** Casts, copies, choices and creation. */
interface CastContract extends UnderTest {
    private double[] cast(DType to, Value x) {
        Value y = values().run(new Elementwise.Cast(to), x);
        assertEquals(to, y.dtype());
        return Values.numbers(y);
    }

    @Test
    default void floatsGoTowardsZeroToIntegersAndByTruthToBool() {
        Value x = values().f32(Shape.of(4), 1.9, -1.9, 0, 0.25);
        assertArrayEquals(new double[] {1, -1, 0, 0}, cast(DType.I64, x));
        assertArrayEquals(new double[] {1, -1, 0, 0}, cast(DType.I32, x));
        assertArrayEquals(new double[] {1, 1, 0, 1}, cast(DType.BOOL, x));
        assertArrayEquals(new double[] {1.9f, -1.9f, 0, 0.25}, cast(DType.F64, x));
    }

    @Test
    default void floatsRoundToNearestEven() {
        Value ties = values().f32(Shape.of(3), 1 + 0x1p-8, 1 + 0x1.8p-7, 1 + 0x1p-7);
        assertArrayEquals(new double[] {1, 1 + 0x1p-6, 1 + 0x1p-7}, cast(DType.BF16, ties));
        assertArrayEquals(new double[] {1 + 0x1p-10}, cast(DType.F16, values().f32(Shape.of(1), 1 + 0x1.8p-11)));
        assertArrayEquals(new double[] {16777216}, cast(DType.F32, values().i64(16777217)));
    }

    @Test
    default void integersAndBoolsBecomeFloats() {
        Value flags = values().of(DType.BOOL, Shape.of(2), 1, 0);
        assertArrayEquals(new double[] {1, 0}, cast(DType.F32, flags));
        assertArrayEquals(new double[] {-3, 4}, cast(DType.F32, values().i64(-3, 4)));
    }

    @Test
    default void whereChoosesElementsAndBroadcasts() {
        Value condition = values().of(DType.BOOL, Shape.of(2, 1), 1, 0);
        Value a = values().f32(Shape.of(3), 1, 2, 3);
        Value b = values().f32(Shape.of(), 9);
        Value y = values().run(new Elementwise.Where(), condition, a, b);
        assertArrayEquals(new double[] {1, 2, 3, 9, 9, 9}, Values.numbers(y));
    }

    @Test
    default void clampLimitsFloatsAndIntegers() {
        var clamp = new Elementwise.Clamp(-1, 2);
        assertArrayEquals(
                new double[] {-1, 0.5, 2}, Values.numbers(values().run(clamp, values().f32(Shape.of(3), -5, 0.5, 7))));
        assertArrayEquals(new double[] {-1, 2}, Values.numbers(values().run(clamp, values().i64(-5, 7))));
    }

    @Test
    default void copiesChangeThePhysicalOrderOnly() {
        double[] numbers = Values.normals(24, 3);
        Value x = values().f32(Shape.of(2, 3, 2, 2), numbers);
        Value last = values().run(new Elementwise.Copy(Elementwise.Copy.Order.CHANNELS_LAST), x);
        Value back = values().run(new Elementwise.Copy(Elementwise.Copy.Order.CONTIGUOUS), last);
        assertTrue(last.layout().isChannelsLast());
        assertTrue(back.layout().isContiguous());
        assertArrayEquals(numbers, Values.numbers(last));
        assertArrayEquals(numbers, Values.numbers(back));
    }

    @Test
    default void copyOfAViewIsDense() {
        Value x = values().of(DType.I32, Layout.of(Shape.of(2, 2), new long[] {1, 4}, 3), 1, 2, 3, 4);
        Value y = values().run(new Elementwise.Copy(Elementwise.Copy.Order.CONTIGUOUS), x);
        assertTrue(y.layout().isContiguous());
        assertArrayEquals(new double[] {1, 2, 3, 4}, Values.numbers(y));
    }

    @Test
    default void creationFillsAndCounts() {
        for (DType dtype : DType.values()) {
            Value full = values().run(new Creation.Full(Shape.of(2, 2), dtype, 1));
            assertArrayEquals(new double[] {1, 1, 1, 1}, Values.numbers(full), dtype.name());
        }
        Value count = values().run(new Creation.Arange(4, DType.I64, 2, 3));
        Value parts = values().run(new Creation.Arange(3, DType.F32, 0, 0.5));
        assertArrayEquals(new double[] {2, 5, 8, 11}, Values.numbers(count));
        assertArrayEquals(new double[] {0, 0.5, 1}, Values.numbers(parts));
        assertEquals(
                0,
                values().run(new Creation.Full(Shape.of(0), DType.F32, 1))
                        .shape()
                        .elements());
    }
}
