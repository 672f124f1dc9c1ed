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
import org.junit.jupiter.api.Test;

/** Convolutions and their gradients. */
interface ConvolutionContract extends UnderTest {
    @Test
    default void convolutionSlidesByHand() {
        Value x = values().f32(Shape.of(1, 1, 3, 3), 1, 2, 3, 4, 5, 6, 7, 8, 9);
        Value weight = values().f32(Shape.of(1, 1, 2, 2), 1, 0, 0, 1);
        Value bias = values().f32(Shape.of(1), 100);
        var window = new Window(2, 2, 1, 1, 0, 0);
        Value y = values().run(new Convolution.Conv2d(window, 1, true), x, weight, bias);
        assertEquals(Shape.of(1, 1, 2, 2), y.shape());
        assertArrayEquals(new double[] {106, 108, 112, 114}, Values.numbers(y));
    }

    @Test
    default void convolutionsMatchNaiveCode() {
        check(ConvolutionCase.of(Shape.of(2, 3, 7, 6), 4, new Window(3, 3, 1, 1, 1, 1), 1));
        check(ConvolutionCase.of(Shape.of(3, 1, 9, 9), 2, new Window(5, 5, 1, 1, 0, 0), 1));
        check(ConvolutionCase.of(Shape.of(1, 4, 8, 7), 6, new Window(3, 2, 2, 3, 1, 0), 2));
        check(ConvolutionCase.of(Shape.of(2, 4, 5, 5), 4, new Window(3, 3, 2, 2, 1, 1), 4));
        check(ConvolutionCase.of(Shape.of(2, 5, 4, 4), 3, new Window(1, 1, 1, 1, 0, 0), 1));
    }

    /** Wide enough for a backend to use minimal filtering, with tiles that do not fit and a single tile. */
    @Test
    default void wideConvolutionsOf3x3MatchNaiveCode() {
        check(ConvolutionCase.of(Shape.of(2, 32, 6, 9), 48, new Window(3, 3, 1, 1, 1, 1), 1));
        check(ConvolutionCase.of(Shape.of(3, 48, 7, 10), 32, new Window(3, 3, 1, 1, 0, 0), 1));
        check(ConvolutionCase.of(Shape.of(1, 32, 2, 6), 32, new Window(3, 3, 1, 1, 2, 2), 1));
        check(ConvolutionCase.of(Shape.of(1, 32, 4, 4), 32, new Window(3, 3, 1, 1, 1, 1), 1));
        check(ConvolutionCase.of(Shape.of(9, 32, 16, 16), 32, new Window(3, 3, 1, 1, 1, 1), 1));
        check(ConvolutionCase.of(Shape.of(2, 192, 4, 4), 160, new Window(3, 3, 1, 1, 1, 1), 1)); // Many weights.
    }

    private void check(ConvolutionCase c) {
        for (Layout layout : new Layout[] {Layout.contiguous(c.x()), Layout.channelsLast(c.x())}) {
            Value x = values().of(DType.F32, layout, c.numbersX());
            Value w = values().f32(c.weight(), c.numbersW());
            Value g = values().of(DType.F32, Layout.channelsLast(c.y()), c.numbersG());
            Value y = values().run(new Convolution.Conv2d(c.window(), c.groups(), false), x, w);
            Value dx = values().run(new Convolution.Conv2dInputGrad(c.window(), c.groups(), c.x()), g, w);
            Value dw = values().run(new Convolution.Conv2dWeightGrad(c.window(), c.groups(), c.weight()), g, x);
            assertTrue(y.layout().isChannelsLast() && dx.layout().isChannelsLast(), "images are channels-last");
            Tolerance close = Tolerance.sum(DType.F32, c.terms());
            close.check("conv2d " + c, c.forward(), Values.numbers(y), c.forwardScale());
            close.check("input grad " + c, c.inputGrad(), Values.numbers(dx), c.inputScale());
            close.check("weight grad " + c, c.weightGrad(), Values.numbers(dw), c.weightScale());
        }
    }

    @Test
    default void noImagesGiveNoResultsAndAZeroWeightGradient() {
        var window = new Window(3, 3, 1, 1, 1, 1);
        Value x = values().f32(Shape.of(0, 2, 5, 5));
        Value w = values().normal(Shape.of(4, 2, 3, 3), 1);
        Value y = values().run(new Convolution.Conv2d(window, 1, false), x, w);
        assertEquals(Shape.of(0, 4, 5, 5), y.shape());
        Value dw = values().run(new Convolution.Conv2dWeightGrad(window, 1, w.shape()), y, x);
        assertArrayEquals(new double[72], Values.numbers(dw));
        Value dx = values().run(new Convolution.Conv2dInputGrad(window, 1, x.shape()), y, w);
        assertEquals(x.shape(), dx.shape());
    }

    @Test
    default void windowsAndChannelsThatDoNotFitAreNamed() {
        Value x = values().normal(Shape.of(1, 3, 4, 4), 1);
        Value five = values().normal(Shape.of(2, 3, 5, 5), 2);
        Value two = values().normal(Shape.of(2, 2, 3, 3), 3);
        var large = new Convolution.Conv2d(new Window(5, 5, 1, 1, 0, 0), 1, false);
        var small = new Convolution.Conv2d(new Window(3, 3, 1, 1, 0, 0), 1, false);
        assertEquals(
                "conv2d: a window of 5x5 does not fit [1, 3, 4, 4] with padding 0x0",
                assertThrows(IllegalArgumentException.class, () -> values().run(large, x, five))
                        .getMessage());
        assertEquals(
                "conv2d: channels do not fit in 1 groups: [1, 3, 4, 4] with weight [2, 2, 3, 3]",
                assertThrows(IllegalArgumentException.class, () -> values().run(small, x, two))
                        .getMessage());
    }
}
