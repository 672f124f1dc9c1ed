package dev.lockstep.testkit.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.backend.op.UnaryKind;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import org.junit.jupiter.api.Test;

/** Element-wise ops. */
interface ElementwiseContract extends UnderTest {
    private Value unary(UnaryKind kind, double... x) {
        return values().run(new Elementwise.Unary(kind), values().f32(Shape.of(x.length), x));
    }

    private Value binary(BinaryKind kind, Value a, Value b) {
        return values().run(new Elementwise.Binary(kind), a, b);
    }

    @Test
    default void unaryFunctionsHaveTheirTextbookValues() {
        var close = Tolerance.element(DType.F32);
        close.check("exp", new double[] {1, Math.E, 0}, Values.numbers(unary(UnaryKind.EXP, 0, 1, -200)));
        close.check("log", new double[] {0, Math.log(10)}, Values.numbers(unary(UnaryKind.LOG, 1, 10)));
        close.check("sin", new double[] {0, Math.sin(1)}, Values.numbers(unary(UnaryKind.SIN, 0, 1)));
        close.check("cos", new double[] {1, Math.cos(1)}, Values.numbers(unary(UnaryKind.COS, 0, 1)));
        close.check("tanh", new double[] {0, Math.tanh(1), 1}, Values.numbers(unary(UnaryKind.TANH, 0, 1, 50)));
        close.check("sigmoid", new double[] {0.5, 1, 0}, Values.numbers(unary(UnaryKind.SIGMOID, 0, 100, -200)));
        close.check("erf", new double[] {0, 0.8427007929}, Values.numbers(unary(UnaryKind.ERF, 0, 1)));
        close.check(
                "gelu",
                new double[] {-0.15865526, 0, 0.8413447, 1.9544997},
                Values.numbers(unary(UnaryKind.GELU, -1, 0, 1, 2)));
        close.check("silu", new double[] {0.7310585786}, Values.numbers(unary(UnaryKind.SILU, 1)));
        close.check("geluTanh", new double[] {0.8411920}, Values.numbers(unary(UnaryKind.GELU_TANH, 1)));
    }

    @Test
    default void exactFunctionsAreExact() {
        assertArrayEquals(new double[] {-2, 3}, Values.numbers(unary(UnaryKind.NEG, 2, -3)));
        assertArrayEquals(new double[] {2, 3}, Values.numbers(unary(UnaryKind.ABS, 2, -3)));
        assertArrayEquals(new double[] {1, 0, -1}, Values.numbers(unary(UnaryKind.SIGN, 7, 0, -0.1)));
        assertArrayEquals(new double[] {3, 0}, Values.numbers(unary(UnaryKind.SQRT, 9, 0)));
        assertArrayEquals(new double[] {0.5, 1}, Values.numbers(unary(UnaryKind.RSQRT, 4, 1)));
        assertArrayEquals(new double[] {0.25, -1}, Values.numbers(unary(UnaryKind.RECIPROCAL, 4, -1)));
        assertArrayEquals(new double[] {16, 1}, Values.numbers(unary(UnaryKind.SQUARE, 4, -1)));
        assertArrayEquals(new double[] {1, -2}, Values.numbers(unary(UnaryKind.FLOOR, 1.7, -1.2)));
        assertArrayEquals(new double[] {2, -1}, Values.numbers(unary(UnaryKind.CEIL, 1.7, -1.2)));
        assertArrayEquals(new double[] {0, 2}, Values.numbers(unary(UnaryKind.RELU, -1, 2)));
    }

    @Test
    default void nanPassesThroughReluMaximumAndClamp() {
        Value nan = values().f32(Shape.of(1), Double.NaN);
        assertEquals(Double.NaN, Values.numbers(unary(UnaryKind.RELU, Double.NaN))[0]);
        assertEquals(Double.NaN, Values.numbers(binary(BinaryKind.MAXIMUM, nan, values().f32(Shape.of(1), 1)))[0]);
        assertEquals(Double.NaN, Values.numbers(values().run(new Elementwise.Clamp(0, 1), nan))[0]);
    }

    @Test
    default void divisionByZeroAndLogarithmFollowIeee() {
        assertArrayEquals(
                new double[] {Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY},
                Values.numbers(unary(UnaryKind.RECIPROCAL, 0.0, -0.0)));
        assertArrayEquals(
                new double[] {Double.NEGATIVE_INFINITY, Double.NaN, Double.POSITIVE_INFINITY},
                Values.numbers(unary(UnaryKind.LOG, 0, -1, Double.POSITIVE_INFINITY)));
        assertArrayEquals(
                new double[] {Double.POSITIVE_INFINITY, 0, Double.NaN},
                Values.numbers(unary(UnaryKind.EXP, 89, Double.NEGATIVE_INFINITY, Double.NaN)));
    }

    @Test
    default void predicatesAreBoolean() {
        Value nan = unary(UnaryKind.IS_NAN, 1, Double.NaN);
        Value less = binary(BinaryKind.LT, values().i64(1, 2, 3), values().i64(2, 2, 2));
        assertEquals(DType.BOOL, nan.dtype());
        assertArrayEquals(new double[] {0, 1}, Values.numbers(nan));
        assertEquals(DType.BOOL, less.dtype());
        assertArrayEquals(new double[] {1, 0, 0}, Values.numbers(less));
    }

    @Test
    default void binaryBroadcastsRowsAndColumns() {
        Value column = values().f32(Shape.of(2, 1), 10, 20);
        Value row = values().f32(Shape.of(3), 1, 2, 3);
        Value sum = binary(BinaryKind.ADD, column, row);
        assertEquals(Shape.of(2, 3), sum.shape());
        assertArrayEquals(new double[] {11, 12, 13, 21, 22, 23}, Values.numbers(sum));
    }

    @Test
    default void stridedAndExpandedInputsGiveWhatDenseOnesGive() {
        Value transposed = values().of(DType.F32, Layout.of(Shape.of(2, 3), new long[] {1, 2}, 5), 1, 2, 3, 4, 5, 6);
        Value expanded = values().view(
                        values().f32(Shape.of(1, 3), 10, 20, 30),
                        Layout.contiguous(Shape.of(1, 3)).expand(Shape.of(2, 3)));
        assertArrayEquals(
                new double[] {11, 22, 33, 14, 25, 36}, Values.numbers(binary(BinaryKind.ADD, transposed, expanded)));
        assertArrayEquals(
                new double[] {1, 4, 9, 16, 25, 36},
                Values.numbers(values().run(new Elementwise.Unary(UnaryKind.SQUARE), transposed)));
    }

    @Test
    default void resultsAreDenseAndKeepChannelsLast() {
        Shape images = Shape.of(2, 3, 2, 2);
        Value x = values().of(DType.F32, Layout.channelsLast(images), Values.normals(24, 1));
        Value y = values().run(new Elementwise.Unary(UnaryKind.NEG), x);
        Value z = binary(BinaryKind.MUL, x, values().normal(Shape.of(3, 1, 1), 2));
        assertEquals(true, y.layout().isChannelsLast() && z.layout().isChannelsLast());
    }

    @Test
    default void zeroDimAndEmptyValuesWork() {
        assertArrayEquals(
                new double[] {5},
                Values.numbers(binary(BinaryKind.ADD, values().f32(Shape.of(), 2), values().f32(Shape.of(), 3))));
        Value none = binary(BinaryKind.MUL, values().f32(Shape.of(0, 3)), values().f32(Shape.of(3), 1, 2, 3));
        assertEquals(Shape.of(0, 3), none.shape());
        assertEquals(0, unary(UnaryKind.EXP).shape().elements());
    }

    @Test
    default void numbersTakeTheTensorsDtypeOnEitherSide() {
        Value x = values().f32(Shape.of(2), 4, 8);
        var half = new Elementwise.BinaryScalar(BinaryKind.SUB, 1, false);
        var reversed = new Elementwise.BinaryScalar(BinaryKind.DIV, 16, true);
        assertArrayEquals(new double[] {3, 7}, Values.numbers(values().run(half, x)));
        assertArrayEquals(new double[] {4, 2}, Values.numbers(values().run(reversed, x)));
    }

    @Test
    default void integersWrapAndDivideTowardsZero() {
        Value max = values().of(DType.I32, Shape.of(1), Integer.MAX_VALUE);
        Value one = values().of(DType.I32, Shape.of(1), 1);
        assertEquals(Integer.MIN_VALUE, Values.numbers(binary(BinaryKind.ADD, max, one))[0]);
        assertArrayEquals(
                new double[] {-3, 3}, Values.numbers(binary(BinaryKind.DIV, values().i64(-7, 7), values().i64(2, 2))));
    }

    @Test
    default void integerDivisionByZeroNamesNumberAndPlace() {
        Value a = values().of(DType.I64, Shape.of(2, 2), 1, 2, 3, 4);
        Value b = values().of(DType.I64, Shape.of(2, 2), 1, 1, 0, 1);
        var error = assertThrows(IllegalArgumentException.class, () -> binary(BinaryKind.DIV, a, b));
        assertEquals("div: integer division by zero: 3 and 0 at [1, 0]", error.getMessage());
    }

    @Test
    default void shapesThatDoNotBroadcastAreNamed() {
        Value a = values().normal(Shape.of(2, 3), 1);
        Value b = values().normal(Shape.of(4), 2);
        var error = assertThrows(IllegalArgumentException.class, () -> binary(BinaryKind.ADD, a, b));
        assertEquals("add: shapes do not broadcast: [2, 3] and [4]", error.getMessage());
    }

    @Test
    default void dtypesThatDifferAreNamed() {
        Value a = values().f32(Shape.of(1), 1);
        var error = assertThrows(IllegalArgumentException.class, () -> binary(BinaryKind.MUL, a, values().i64(1)));
        assertEquals("mul: dtypes differ: F32 and I64; cast one of them", error.getMessage());
    }

    @Test
    default void gradientKindsMatchTheirFormulas() {
        Value y = values().f32(Shape.of(3), -0.5, 0, 0.5);
        Value g = values().f32(Shape.of(3), 2, 2, 2);
        assertArrayEquals(new double[] {0, 0, 2}, Values.numbers(binary(BinaryKind.RELU_GRAD, y, g)));
        assertArrayEquals(new double[] {1.5, 2, 1.5}, Values.numbers(binary(BinaryKind.TANH_GRAD, y, g)));
        assertArrayEquals(new double[] {-1.5, 0, 0.5}, Values.numbers(binary(BinaryKind.SIGMOID_GRAD, y, g)));
        var close = Tolerance.element(DType.F32);
        Value one = values().f32(Shape.of(1), 1);
        close.check("gelu", new double[] {1.0833154}, Values.numbers(binary(BinaryKind.GELU_GRAD, one, one)));
        close.check("silu", new double[] {0.9276705}, Values.numbers(binary(BinaryKind.SILU_GRAD, one, one)));
        close.check("tanh", new double[] {1.0829641}, Values.numbers(binary(BinaryKind.GELU_TANH_GRAD, one, one)));
    }
}
