package dev.lockstep.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.layout.Shape;
import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Layers with a window that moves: their options, their checks, and how torch 1.13 prints them. */
class WindowLayersTest {
    private final Scope scope = Scope.open("test");

    @AfterEach
    void closeScope() {
        scope.close();
    }

    private static void prints(String expected, Layer layer) {
        assertEquals(expected, layer.toString());
    }

    private static void says(String what, Runnable wrong) {
        String message =
                assertThrows(IllegalArgumentException.class, wrong::run).getMessage();
        assertTrue(message.contains(what), message);
    }

    @Test
    void convolutionsPrintAsTorchDoes() {
        prints(
                "Conv1d(2, 4, kernel_size=(3,), stride=(1,), padding=(1,), dilation=(2,))",
                new Conv1d(2, 4, 3, o -> o.padding(1).dilation(2)));
        prints(
                "Conv2d(2, 4, kernel_size=(3, 3), stride=(1, 1), padding=same, groups=2, bias=False)",
                new Conv2d(2, 4, 3, o -> o.samePadding().groups(2).bias(false)));
        prints(
                "Conv2d(2, 4, kernel_size=(3, 5), stride=(2, 1), padding=(0, 2))",
                new Conv2d(2, 4, 3, o -> o.kernel(3, 5).stride(2, 1).padding(0, 2)));
        prints(
                "Conv3d(2, 4, kernel_size=(3, 3, 3), stride=(1, 1, 1), padding=(1, 1, 1))",
                new Conv3d(2, 4, 3, o -> o.padding(1)));
        prints(
                "ConvTranspose1d(2, 4, kernel_size=(3,), stride=(2,), output_padding=(1,))",
                new ConvTranspose1d(2, 4, 3, o -> o.stride(2).outputPadding(1)));
        prints(
                "ConvTranspose2d(2, 4, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), output_padding=(1, 1))",
                new ConvTranspose2d(2, 4, 3, o -> o.stride(2).padding(1).outputPadding(1)));
    }

    @Test
    void poolsPrintAsTorchDoes() {
        prints(
                "MaxPool2d(kernel_size=3, stride=2, padding=1, dilation=1, ceil_mode=True)",
                new MaxPool2d(3, o -> o.stride(2).padding(1).ceilMode(true)));
        prints(
                "MaxPool2d(kernel_size=3, stride=3, padding=1, dilation=(2, 3), ceil_mode=False)",
                new MaxPool2d(3, o -> o.dilation(2, 3).padding(1)));
        prints("MaxPool1d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)", new MaxPool1d(2));
        prints("AvgPool2d(kernel_size=2, stride=1, padding=0)", new AvgPool2d(2, o -> o.stride(1)));
        prints("AvgPool2d(kernel_size=2, stride=(1, 2), padding=0)", new AvgPool2d(2, o -> o.stride(1, 2)));
        prints("AvgPool1d(kernel_size=(2,), stride=(2,), padding=(0,))", new AvgPool1d(2));
        prints("AdaptiveAvgPool1d(output_size=3)", new AdaptiveAvgPool1d(3));
        prints("AdaptiveAvgPool2d(output_size=1)", new AdaptiveAvgPool2d(1));
        prints("AdaptiveMaxPool2d(output_size=(2, 2))", new AdaptiveMaxPool2d(2, 2));
    }

    @Test
    void paddingThatKeepsSizesDoesSoInVolumes() {
        Conv3d conv = new Conv3d(1, 2, 3, o -> o.dilation(2).samePadding());
        assertEquals(
                Shape.of(1, 2, 4, 5, 6), conv.call(Tensors.ones(1, 1, 4, 5, 6)).shape());
        says("kernel", () -> new Conv3d(1, 2, 2, o -> o.samePadding()));
    }

    @Test
    void poolsReachOverTheEndWhereAsked() {
        Tensor line = Tensors.tensor(new float[] {1, 2, 3, 4, 5}).reshape(1, 1, 5);
        assertArrayEquals(new float[] {2, 4}, new MaxPool1d(2).call(line).toFloatArray());
        assertArrayEquals(
                new float[] {2, 4, 5},
                new MaxPool1d(2, o -> o.ceilMode(true)).call(line).toFloatArray());
    }

    @Test
    void maximaSkipWhatLiesBetweenTheColumnsOfAWindow() {
        Tensor line = Tensors.tensor(new float[] {5, 9, 3, 4, 1}).reshape(1, 1, 5);
        assertArrayEquals(
                new float[] {5, 9, 3},
                new MaxPool1d(2, o -> o.stride(1).dilation(2)).call(line).toFloatArray());
    }

    @Test
    void averagesCountPaddingUnlessAskedOtherwise() {
        float[] fours = new float[4];
        Arrays.fill(fours, 4);
        Tensor image = Tensors.tensor(fours).reshape(1, 1, 2, 2);
        assertArrayEquals(
                new float[] {1, 1, 1, 1},
                new AvgPool2d(2, o -> o.padding(1)).call(image).toFloatArray());
        assertArrayEquals(
                new float[] {4, 4, 4, 4},
                new AvgPool2d(2, o -> o.padding(1).countIncludePad(false))
                        .call(image)
                        .toFloatArray());
    }

    @Test
    void refuseWindowsThatCannotBe() {
        says("more than half", () -> new MaxPool2d(3, o -> o.padding(2)));
        says("kernel", () -> new AvgPool2d(0));
        says("AdaptiveMaxPool2d: size", () -> new AdaptiveMaxPool2d(2, 0));
        says("dilation", () -> new MaxPool2d(2, o -> o.dilation(0)));
        says("no dilation", () -> new AvgPool2d(2, o -> o.dilation(2)).call(Tensors.ones(1, 1, 5, 5)));
        says("stride", () -> new AvgPool1d(2, o -> o.stride(0)));
        says("groups do not divide", () -> new Conv1d(3, 4, 3, o -> o.groups(2)));
        says("stride", () -> new Conv2d(1, 1, 3, o -> o.stride(0)));
        says("padding", () -> new Conv2d(1, 1, 3, o -> o.padding(-1)));
    }
}
