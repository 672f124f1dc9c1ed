package dev.lockstep.testkit.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Convolution;
import dev.lockstep.backend.op.Window;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Pooling and its gradients. */
interface PoolingContract extends UnderTest {
    private Value image() {
        return values().of(DType.F32, Layout.channelsLast(Shape.of(1, 1, 3, 3)), 1, 9, 9, 4, 5, 6, 7, 8, -1);
    }

    @Test
    default void maximumTakesTheFirstAndSaysWhere() {
        Value[] pooled = values().all(new Convolution.MaxPool2d(new Window(2, 2, 1, 1, 0, 0)), image());
        assertArrayEquals(new double[] {9, 9, 8, 8}, Values.numbers(pooled[0]));
        assertEquals(DType.I32, pooled[1].dtype());
        assertArrayEquals(new double[] {1, 1, 7, 7}, Values.numbers(pooled[1]));
    }

    @Test
    default void maximumPadsWithMinusInfinityAndPassesNan() {
        Value x = values().f32(Shape.of(1, 1, 2, 2), -5, -6, Double.NaN, -8);
        Value[] pooled = values().all(new Convolution.MaxPool2d(new Window(2, 2, 2, 2, 1, 1)), x);
        assertArrayEquals(new double[] {-5, -6, Double.NaN, -8}, Values.numbers(pooled[0]));
        assertArrayEquals(new double[] {0, 1, 2, 3}, Values.numbers(pooled[1]));
    }

    @Test
    default void maximumGradientGoesToTheMaximum() {
        var window = new Window(2, 2, 1, 1, 0, 0);
        Value[] pooled = values().all(new Convolution.MaxPool2d(window), image());
        Value g = values().f32(Shape.of(1, 1, 2, 2), 1, 2, 4, 8);
        Value dx = values().run(new Convolution.MaxPool2dGrad(window, Shape.of(1, 1, 3, 3)), g, pooled[1]);
        assertArrayEquals(new double[] {0, 3, 0, 0, 0, 0, 0, 12, 0}, Values.numbers(dx));
    }

    @Test
    default void maximumGradientsOfOverlappingWindowsAddUpInTheirOrder() {
        var window = new Window(3, 3, 2, 2, 1, 1);
        for (int channels : new int[] {3, 37}) {
            Shape shape = Shape.of(2, channels, 7, 9);
            double[] numbers = Values.normals((int) shape.elements(), channels);
            Value x = values().of(DType.F32, Layout.channelsLast(shape), numbers);
            Value[] pooled = values().all(new Convolution.MaxPool2d(window), x);
            double[] index = Values.numbers(pooled[1]);
            double[] gradient = Values.normals(index.length, 99);
            double[] expected = new double[numbers.length];
            for (int i = 0; i < index.length; i++) {
                int at = i / 20 * 63 + (int) index[i]; // 4 x 5 windows and 7 x 9 pixels a plane
                expected[at] = (float) (expected[at] + gradient[i]);
            }
            Value g = values().of(DType.F32, pooled[0].layout(), gradient);
            Value dx = values().run(new Convolution.MaxPool2dGrad(window, shape), g, pooled[1]);
            assertArrayEquals(expected, Values.numbers(dx));
        }
    }

    /** Windows of every other row and column: places 0 2 / 6 8, and after one row of padding -, 1 3 and so on. */
    @Test
    default void windowsWithGapsSkipWhatLiesBetween() {
        Value[] corners = values().all(new Convolution.MaxPool2d(new Window(2, 2, 1, 1, 0, 0, 2, 2)), image());
        assertArrayEquals(new double[] {9}, Values.numbers(corners[0]));
        assertArrayEquals(new double[] {2}, Values.numbers(corners[1]));
        var window = new Window(2, 2, 1, 1, 1, 1, 2, 2);
        Value[] pooled = values().all(new Convolution.MaxPool2d(window), image());
        assertArrayEquals(new double[] {5, 6, 5, 9, 9, 9, 5, 6, 5}, Values.numbers(pooled[0]));
        assertArrayEquals(new double[] {4, 5, 4, 1, 2, 1, 4, 5, 4}, Values.numbers(pooled[1]));
        Value g = values().f32(Shape.of(1, 1, 3, 3), 1, 2, 4, 8, 16, 32, 64, 128, 256);
        Value dx = values().run(new Convolution.MaxPool2dGrad(window, Shape.of(1, 1, 3, 3)), g, pooled[1]);
        assertArrayEquals(new double[] {0, 40, 16, 0, 325, 130, 0, 0, 0}, Values.numbers(dx));
    }

    @Test
    default void gapsThatLeaveOnlyPaddingAreRefused() {
        var op = new Convolution.MaxPool2d(new Window(1, 2, 1, 1, 0, 1, 1, 4));
        Value x = image();
        var error = assertThrows(IllegalArgumentException.class, () -> values().all(op, x));
        assertTrue(error.getMessage().contains("nothing but padding"), error.getMessage());
    }

    @Test
    default void meansHaveNoGaps() {
        var window = new Window(2, 2, 1, 1, 0, 0, 2, 2);
        Value x = image();
        for (Convolution op :
                List.of(new Convolution.AvgPool2d(window), new Convolution.AvgPool2dGrad(window, x.shape()))) {
            var error = assertThrows(IllegalArgumentException.class, () -> values().all(op, x));
            assertTrue(error.getMessage().contains("no dilation"), error.getMessage());
        }
    }

    @Test
    default void indexesBeyondThePlaneAreNamed() {
        var op = new Convolution.MaxPool2dGrad(new Window(2, 2, 2, 2, 0, 0), Shape.of(1, 1, 2, 4));
        Value g = values().f32(Shape.of(1, 1, 1, 2), 1, 2);
        for (int wrong : new int[] {-1, 8}) {
            Value index = values().of(DType.I32, Shape.of(1, 1, 1, 2), 0, wrong);
            var error = assertThrows(IllegalArgumentException.class, () -> values().all(op, g, index));
            assertEquals(
                    "maxPool2dGrad: index " + wrong + " at [0, 0, 0, 1] is out of range for a plane of 8",
                    error.getMessage());
        }
    }

    @Test
    default void meanCountsPaddingAsZeros() {
        var window = new Window(2, 2, 2, 2, 1, 1);
        Value x = values().f32(Shape.of(1, 1, 2, 2), 4, 8, 12, 16);
        assertArrayEquals(
                new double[] {1, 2, 3, 4}, Values.numbers(values().run(new Convolution.AvgPool2d(window), x)));
        Value g = values().f32(Shape.of(1, 1, 2, 2), 4, 8, 12, 16);
        Value dx = values().run(new Convolution.AvgPool2dGrad(window, x.shape()), g);
        assertArrayEquals(new double[] {1, 2, 3, 4}, Values.numbers(dx));
    }

    @Test
    default void overlappingMeansShareTheGradient() {
        var window = new Window(2, 2, 1, 1, 0, 0);
        Value g = values().f32(Shape.of(1, 1, 2, 2), 4, 4, 4, 4);
        Value dx = values().run(new Convolution.AvgPool2dGrad(window, Shape.of(1, 1, 3, 3)), g);
        assertArrayEquals(new double[] {1, 2, 1, 2, 4, 2, 1, 2, 1}, Values.numbers(dx));
    }

    @Test
    default void severalImagesAndChannelsStayApart() {
        double[] numbers = Values.normals(2 * 3 * 4 * 4, 9);
        Value x = values().of(DType.F32, Layout.channelsLast(Shape.of(2, 3, 4, 4)), numbers);
        Value y = values().all(new Convolution.MaxPool2d(new Window(4, 4, 4, 4, 0, 0)), x)[0];
        double[] expected = new double[6];
        for (int plane = 0; plane < 6; plane++) {
            expected[plane] = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < 16; i++) {
                expected[plane] = Math.max(expected[plane], numbers[plane * 16 + i]);
            }
        }
        assertArrayEquals(expected, Values.numbers(y));
    }

    @Test
    default void noImagesGiveNoMaxima() {
        Value x = values().f32(Shape.of(0, 3, 4, 4));
        Value[] pooled = values().all(new Convolution.MaxPool2d(new Window(2, 2, 2, 2, 0, 0)), x);
        assertEquals(Shape.of(0, 3, 2, 2), pooled[0].shape());
    }

    @Test
    default void paddingBeyondHalfTheWindowIsRefused() {
        var op = new Convolution.MaxPool2d(new Window(3, 3, 1, 1, 2, 2));
        Value x = image();
        var error = assertThrows(IllegalArgumentException.class, () -> values().all(op, x));
        assertEquals("maxPool2d: padding 2x2 is more than half of the window 3x3", error.getMessage());
    }
}
