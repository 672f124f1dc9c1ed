package dev.lockstep.testkit.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.Update;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import org.junit.jupiter.api.Test;

/** In-place ops. */
interface UpdateContract extends UnderTest {
    private Value vector(double... numbers) {
        return values().f32(Shape.of(numbers.length), numbers);
    }

    private void update(Op op, Value... inputs) {
        assertEquals(0, values().all(op, inputs).length, "updates have no outputs");
    }

    @Test
    default void copyAddAndScaleWriteInPlaceAndCountVersions() {
        Value x = vector(1, 2);
        int version = x.storage().version();
        update(new Update.CopyInto(), x, values().f32(Shape.of(), 5));
        update(new Update.AddInto(), x, vector(1, 2));
        update(new Update.ScaleInto(0.5), x);
        assertArrayEquals(new double[] {3, 3.5}, Values.numbers(x));
        assertEquals(version + 3, x.storage().version());
    }

    @Test
    default void aProductIsAddedWhereTheSumLies() {
        Value sum = values().f32(Shape.of(2, 2), 100, 200, 300, 400);
        Value left = values().f32(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
        Value right = values().f32(Shape.of(3, 2), 1, 0, 0, 1, 1, 1);
        int version = sum.storage().version();
        update(new Update.AddMatmulInto(), sum, left, right);
        assertArrayEquals(new double[] {104, 205, 310, 411}, Values.numbers(sum));
        assertEquals(version + 1, sum.storage().version());
    }

    @Test
    default void aProductThatIsAddedMayBeTransposedOrEmpty() {
        Value row = values().f32(Shape.of(1, 2), 1, 2);
        Value column = values().f32(Shape.of(3, 1), 1, 10, 100);
        update(
                new Update.AddMatmulInto(),
                row,
                values().view(column, column.layout().permute(1, 0)),
                values().f32(Shape.of(3, 2), 1, 2, 3, 4, 5, 6));
        assertArrayEquals(new double[] {532, 644}, Values.numbers(row));
        update(new Update.AddMatmulInto(), row, values().f32(Shape.of(1, 0)), values().f32(Shape.of(0, 2)));
        assertArrayEquals(new double[] {532, 644}, Values.numbers(row));
    }

    @Test
    default void aSumOfProductsIsWrittenWhereItIsWanted() {
        Value room = values().f32(Shape.of(6), -1, 9, 9, 9, 9, -1);
        Value sum = values().view(
                        room,
                        Layout.of(
                                Shape.of(2, 2),
                                Layout.contiguous(Shape.of(2, 2)).strides(),
                                1));
        Value square = values().f32(Shape.of(2, 2), 1, 2, 3, 4);
        Value row = values().f32(Shape.of(1, 2), 1, 10);
        Value turned = values().view(row, row.layout().permute(1, 0));
        int version = room.storage().version();
        update(new Update.ProductSumInto(), sum, turned, row, square, square);
        assertArrayEquals(new double[] {-1, 8, 20, 25, 122, -1}, Values.numbers(room));
        assertTrue(room.storage().version() > version);
        update(new Update.ProductSumInto(), sum, square, square);
        assertArrayEquals(new double[] {-1, 7, 10, 15, 22, -1}, Values.numbers(room));
        update(new Update.ProductSumInto(), sum, values().f32(Shape.of(2, 0)), values().f32(Shape.of(0, 2)));
        assertArrayEquals(new double[] {-1, 0, 0, 0, 0, -1}, Values.numbers(room));
    }

    @Test
    default void sumsOfProductsThatDoNotFitTheirPlaceAreRefused() {
        Value square = values().f32(Shape.of(2, 2), 1, 2, 3, 4);
        Value wide = values().f32(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
        Op op = new Update.ProductSumInto();
        var none = assertThrows(IllegalArgumentException.class, () -> update(op, square));
        assertTrue(none.getMessage().contains("pairs"), none.getMessage());
        var outer = assertThrows(IllegalArgumentException.class, () -> update(op, square, square, wide));
        assertTrue(outer.getMessage().contains("the sum"), outer.getMessage());
        Value turned = values().view(square, square.layout().permute(1, 0));
        var order = assertThrows(IllegalArgumentException.class, () -> update(op, turned, square, square));
        assertTrue(order.getMessage().contains("C order"), order.getMessage());
    }

    @Test
    default void productsThatDoNotFitTheSumAreRefused() {
        Value sum = values().f32(Shape.of(2, 2), 1, 2, 3, 4);
        Value wide = values().f32(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
        Op op = new Update.AddMatmulInto();
        var inner = assertThrows(IllegalArgumentException.class, () -> update(op, sum, wide, wide));
        assertTrue(inner.getMessage().contains("[2, 3] x [2, 3]"), inner.getMessage());
        var outer = assertThrows(IllegalArgumentException.class, () -> update(op, sum, sum, wide));
        assertTrue(outer.getMessage().contains("the sum"), outer.getMessage());
        Value turned = values().view(sum, sum.layout().permute(1, 0));
        var order = assertThrows(IllegalArgumentException.class, () -> update(op, turned, sum, sum));
        assertTrue(order.getMessage().contains("C order"), order.getMessage());
    }

    @Test
    default void viewsAreWrittenWhereTheyLie() {
        Value x = values().f32(Shape.of(2, 2), 1, 2, 3, 4);
        Value column = values().view(x, x.layout().narrow(1, 1, 1, 1));
        update(new Update.ScaleInto(10), column);
        update(new Update.CopyInto(), values().view(x, x.layout().permute(1, 0)), x);
        assertArrayEquals(new double[] {1, 3, 20, 40}, Values.numbers(x));
    }

    @Test
    default void overlappingViewsAreReadBeforeTheyAreWritten() {
        Value x = vector(1, 2, 3, 4);
        Value left = values().view(x, x.layout().narrow(0, 0, 3, 1));
        Value right = values().view(x, x.layout().narrow(0, 1, 3, 1));
        update(new Update.AddInto(), right, left);
        assertArrayEquals(new double[] {1, 3, 5, 7}, Values.numbers(x));
        update(new Update.CopyInto(), right, left);
        assertArrayEquals(new double[] {1, 1, 3, 5}, Values.numbers(x));
    }

    @Test
    default void imagesInDifferentOrdersMeetElementByElement() {
        Shape shape = Shape.of(1, 2, 1, 2);
        Value x = values().f32(shape, 1, 2, 3, 4);
        Value y = values().of(DType.F32, Layout.channelsLast(shape), 10, 20, 30, 40);
        update(new Update.AddInto(), x, y);
        assertArrayEquals(new double[] {11, 22, 33, 44}, Values.numbers(x));
        update(new Update.CopyInto(), y, x);
        assertArrayEquals(new double[] {11, 22, 33, 44}, Values.numbers(y));
    }

    @Test
    default void plainSgdSteps() {
        Value p = vector(1, 2);
        update(new Update.Sgd(0.5, 0, 0, 0, false, true), p, vector(2, -2));
        assertArrayEquals(new double[] {0, 3}, Values.numbers(p));
    }

    @Test
    default void momentumStartsWithTheGradientAndDecays() {
        Value p = vector(1);
        Value buffer = vector(99);
        update(new Update.Sgd(0.5, 0.5, 0.5, 1, false, true), p, vector(1), buffer);
        assertArrayEquals(new double[] {2}, Values.numbers(buffer)); // d = 1 + 1 * 1
        assertArrayEquals(new double[] {0}, Values.numbers(p));
        update(new Update.Sgd(0.5, 0.5, 0.5, 1, false, false), p, vector(4), buffer);
        assertArrayEquals(new double[] {3}, Values.numbers(buffer)); // 0.5 * 2 + 0.5 * 4
        update(new Update.Sgd(1, 0.5, 0, 0, true, false), p, vector(1), buffer);
        assertArrayEquals(new double[] {-1.5 - 1 - 0.5 * 2.5}, Values.numbers(p)); // buffer 2.5, d = 1 + 0.5 * 2.5
    }

    @Test
    default void adamStepsByTheLearningRateAtFirst() {
        Value p = vector(1, 1);
        Value m = vector(0, 0);
        Value v = vector(0, 0);
        update(new Update.Adam(0.5, 0.9, 0.999, 0, 0, false, 1), p, vector(3, -0.1), m, v);
        Tolerance.sum(DType.F32, 16).check("p", new double[] {0.5, 1.5}, Values.numbers(p));
        Tolerance.element(DType.F32).check("m", new double[] {0.3, -0.01}, Values.numbers(m));
        Tolerance.element(DType.F32).check("v", new double[] {0.009, 1e-5}, Values.numbers(v));
    }

    @Test
    default void decoupledDecayShrinksTheParameterAlone() {
        Value p = vector(2);
        Value m = vector(0);
        update(new Update.Adam(0.5, 0.9, 0.999, 1, 0.5, true, 1), p, vector(0), m, vector(0));
        assertArrayEquals(new double[] {1.5}, Values.numbers(p));
        assertArrayEquals(new double[] {0}, Values.numbers(m));
        Value q = vector(2);
        update(new Update.Adam(0.5, 0.5, 0.5, 0, 0.5, false, 1), q, vector(0), m, vector(0));
        assertArrayEquals(new double[] {0.5}, Values.numbers(m)); // g = 0.5 * 2
        assertArrayEquals(new double[] {1.5}, Values.numbers(q));
    }

    @Test
    default void emptyParametersStep() {
        update(new Update.Sgd(0.5, 0, 0, 0, false, true), vector(), vector());
        update(new Update.Adam(0.5, 0.9, 0.999, 0, 0, false, 1), vector(), vector(), vector(), vector());
    }

    @Test
    default void expandedViewsAndOtherShapesAreRefused() {
        Value one = vector(1);
        Value expanded = values().view(one, Layout.contiguous(Shape.of(1)).expand(Shape.of(3)));
        Value three = vector(1, 2, 3);
        var view = assertThrows(IllegalArgumentException.class, () -> update(new Update.AddInto(), expanded, three));
        assertTrue(view.getMessage().startsWith("addInto: cannot write an expanded view"), view.getMessage());
        var shape = assertThrows(IllegalArgumentException.class, () -> update(new Update.CopyInto(), one, three));
        assertEquals("copyInto: [3] does not broadcast to [1]", shape.getMessage());
    }
}
