package dev.lockstep.testkit.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Contraction;
import dev.lockstep.backend.op.Op;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import org.junit.jupiter.api.Test;

/** Matrix products. */
interface ContractionContract extends UnderTest {
    private double[] matmul(Value a, Value b) {
        return Values.numbers(values().run(new Contraction.Matmul(), a, b));
    }

    @Test
    default void matmulMultipliesByHand() {
        Value a = values().f32(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
        Value b = values().f32(Shape.of(3, 2), 7, 8, 9, 10, 11, 12);
        assertArrayEquals(new double[] {58, 64, 139, 154}, matmul(a, b));
    }

    @Test
    default void transposedAndStridedOperandsGiveTheSame() {
        Value a = values().of(DType.F32, Layout.of(Shape.of(2, 3), new long[] {1, 2}, 0), 1, 2, 3, 4, 5, 6);
        Value b = values().of(DType.F32, Layout.of(Shape.of(3, 2), new long[] {7, 2}, 3), 7, 8, 9, 10, 11, 12);
        assertArrayEquals(new double[] {58, 64, 139, 154}, matmul(a, b));
    }

    @Test
    default void productsAddUp() {
        Value column = values().f32(Shape.of(2, 1), 1, 2);
        Value row = values().f32(Shape.of(1, 3), 1, 10, 100);
        Value square = values().f32(Shape.of(2, 2), 1, 2, 3, 4);
        Value turned = values().view(square, square.layout().permute(1, 0));
        Value wide = values().f32(Shape.of(2, 3), 1, 0, 0, 0, 1, 1);
        Value sum = values().run(new Contraction.ProductSum(), column, row, square, wide, turned, wide);
        assertArrayEquals(new double[] {3, 15, 105, 7, 28, 208}, Values.numbers(sum));
        Value one = values().run(new Contraction.ProductSum(), column, row);
        assertArrayEquals(new double[] {1, 10, 100, 2, 20, 200}, Values.numbers(one));
    }

    @Test
    default void productsAddUpInTheOrderOfTheTree() {
        Value one = values().f32(Shape.of(1, 1), 1);
        Value[] factors = new Value[8];
        double[] numbers = {1, 1e8, -1e8, 1}; // (1 + 1e8) + (-1e8 + 1): the ones are lost
        for (int i = 0; i < numbers.length; i++) {
            factors[2 * i] = one;
            factors[2 * i + 1] = values().f32(Shape.of(1, 1), numbers[i]);
        }
        assertArrayEquals(new double[] {0}, Values.numbers(values().run(new Contraction.ProductSum(), factors)));
    }

    @Test
    default void productsThatDoNotAddUpAreRefused() {
        Op op = new Contraction.ProductSum();
        Value wide = values().f32(Shape.of(1, 2), 1, 2);
        Value tall = values().f32(Shape.of(2, 1), 1, 2);
        assertRefused("pairs", op);
        assertRefused("pairs", op, wide, tall, wide);
        assertRefused("[1, 2] x [1, 2]", op, wide, wide);
        assertRefused("left factor 1", op, wide, tall, tall, values().f32(Shape.of(1, 1), 1));
        assertRefused("right factor 1", op, wide, tall, wide, values().f32(Shape.of(2, 2), 1, 2, 3, 4));
    }

    private void assertRefused(String why, Op op, Value... inputs) {
        var refusal = assertThrows(IllegalArgumentException.class, () -> values().run(op, inputs));
        assertTrue(refusal.getMessage().contains(why), refusal.getMessage());
    }

    @Test
    default void leadingAxesBroadcast() {
        Value a = values().f32(Shape.of(2, 1, 1, 2), 1, 2, 3, 4);
        Value b = values().f32(Shape.of(3, 2, 1), 1, 0, 0, 1, 1, 1);
        Value y = values().run(new Contraction.Matmul(), a, b);
        assertEquals(Shape.of(2, 3, 1, 1), y.shape());
        assertArrayEquals(new double[] {1, 2, 3, 3, 4, 7}, Values.numbers(y));
    }

    @Test
    default void expandedOperandsWork() {
        Value row = values().view(
                        values().f32(Shape.of(1, 2), 1, 2),
                        Layout.contiguous(Shape.of(1, 2)).expand(Shape.of(3, 2)));
        assertArrayEquals(new double[] {5, 5, 5}, matmul(row, values().f32(Shape.of(2, 1), 1, 2)));
    }

    @Test
    default void emptyRowsAndEmptyInnerAxesWork() {
        Value none = values().run(
                        new Contraction.Matmul(), values().f32(Shape.of(0, 3)), values().normal(Shape.of(3, 2), 1));
        assertEquals(Shape.of(0, 2), none.shape());
        assertArrayEquals(new double[] {0, 0}, matmul(values().f32(Shape.of(1, 0)), values().f32(Shape.of(0, 2))));
        Value x = values().f32(Shape.of(0, 3));
        Value linear = values().run(new Contraction.Linear(false), x, values().normal(Shape.of(4, 3), 2));
        assertEquals(Shape.of(0, 4), linear.shape());
    }

    @Test
    default void productsMatchNaiveCodeForOddSizes() {
        int[][] sizes = {{1, 1, 1}, {1, 17, 5}, {7, 3, 33}, {33, 64, 10}, {64, 100, 31}};
        for (int[] s : sizes) {
            double[] a = Values.normals(s[0] * s[1], 1);
            double[] b = Values.normals(s[1] * s[2], 2);
            double[] expected = new double[s[0] * s[2]];
            double[] scale = new double[expected.length];
            for (int i = 0; i < expected.length; i++) {
                for (int k = 0; k < s[1]; k++) {
                    double product = a[i / s[2] * s[1] + k] * b[k * s[2] + i % s[2]];
                    expected[i] += product;
                    scale[i] += Math.abs(product);
                }
            }
            double[] actual = matmul(values().f32(Shape.of(s[0], s[1]), a), values().f32(Shape.of(s[1], s[2]), b));
            Tolerance.sum(DType.F32, s[1]).check("matmul", expected, actual, scale);
        }
    }

    @Test
    default void linearAddsItsBiasToEveryRow() {
        Value x = values().f32(Shape.of(2, 1, 2), 1, 2, 3, 4);
        Value weight = values().f32(Shape.of(3, 2), 1, 0, 0, 1, 1, 1);
        Value bias = values().f32(Shape.of(3), 10, 20, 30);
        Value y = values().run(new Contraction.Linear(true), x, weight, bias);
        assertEquals(Shape.of(2, 1, 3), y.shape());
        assertArrayEquals(new double[] {11, 22, 33, 13, 24, 37}, Values.numbers(y));
    }

    @Test
    default void doublesAndHalvesMultiply() {
        for (DType dtype : new DType[] {DType.F64, DType.BF16, DType.F16}) {
            Value a = values().of(dtype, Shape.of(1, 2), 3, 4);
            Value b = values().of(dtype, Shape.of(2, 1), 5, 6);
            Value y = values().run(new Contraction.Matmul(), a, b);
            assertEquals(dtype, y.dtype());
            assertArrayEquals(new double[] {39}, Values.numbers(y));
        }
    }

    /** One unit of bf16 at 1 is 2^-7: 1 + 2^-8 and 1 + 3 * 2^-8 lie halfway and go to the even neighbour. */
    @Test
    default void bf16ProductsRoundTheirFactorsAndNothingElse() {
        var op = new Contraction.RoundedProduct(new Contraction.Matmul(), DType.BF16);
        Value a = values().f32(Shape.of(3, 2), 1 + 0x1p-8, 1 + 3 * 0x1p-8, 1, 0x1p-20, 3, 0);
        Value b = values().f32(Shape.of(2, 1), 1, 1 - 0x1p-10);
        Value y = values().run(op, a, b); // The second of b becomes 1.
        assertEquals(DType.F32, y.dtype());
        assertArrayEquals(new double[] {2 + 0x1p-6, 1 + 0x1p-20, 3}, Values.numbers(y));
        Value bias = values().f32(Shape.of(1), 0x1p-12 + 0x1p-20);
        var linear = new Contraction.RoundedProduct(new Contraction.Linear(true), DType.BF16);
        Value z = values().run(
                        linear, values().f32(Shape.of(1, 2), 1 + 0x1p-8, 0), values().f32(Shape.of(1, 2), 1, 5), bias);
        assertArrayEquals(new double[] {1 + 0x1p-12 + 0x1p-20}, Values.numbers(z));
    }

    /** One unit of f16 at 1 is 2^-10, its smallest number is 2^-24, and 65520 is too large for it. */
    @Test
    default void f16ProductsRoundTheirFactorsAndNothingElse() {
        var op = new Contraction.RoundedProduct(new Contraction.Matmul(), DType.F16);
        Value a = values().f32(Shape.of(4, 2), 1 + 0x1p-11, 1 + 3 * 0x1p-11, 0x1p-26, 1, 65520, 0, 1, 0x1p-20);
        Value b = values().f32(Shape.of(2, 1), 1, 1);
        double[] expected = {2 + 0x1p-9, 1, Double.POSITIVE_INFINITY, 1 + 0x1p-20};
        assertArrayEquals(expected, Values.numbers(values().run(op, a, b)));
    }

    @Test
    default void bf16ProductsTakeNothingButFloats() {
        var op = new Contraction.RoundedProduct(new Contraction.Matmul(), DType.BF16);
        Value a = values().of(DType.F64, Shape.of(1, 2), 3, 4);
        Value b = values().of(DType.F64, Shape.of(2, 1), 5, 6);
        var error = assertThrows(IllegalArgumentException.class, () -> values().run(op, a, b));
        assertEquals("matmulBf16: rounds f32 values, got F64", error.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new Contraction.RoundedProduct(op, DType.BF16));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Contraction.RoundedProduct(new Contraction.Matmul(), DType.F64));
    }

    @Test
    default void innerSizesThatDifferAreNamed() {
        Value a = values().normal(Shape.of(32, 64), 1);
        Value b = values().normal(Shape.of(128, 10), 2);
        var matmul = assertThrows(IllegalArgumentException.class, () -> matmul(a, b));
        assertEquals("matmul: inner sizes differ: [32, 64] x [128, 10]", matmul.getMessage());
        var linear =
                assertThrows(IllegalArgumentException.class, () -> values().run(new Contraction.Linear(false), a, b));
        assertEquals("linear: inner sizes differ: [32, 64] x [128, 10] transposed", linear.getMessage());
    }
}
