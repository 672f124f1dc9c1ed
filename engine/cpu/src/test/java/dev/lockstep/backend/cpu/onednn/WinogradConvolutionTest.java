package dev.lockstep.backend.cpu.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.cpu.CpuBackendProvider;
import dev.lockstep.backend.op.Convolution;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.Window;
import dev.lockstep.device.Device;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import dev.lockstep.testkit.backend.Values;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class WinogradConvolutionTest {
    private static final Backend CPU = new CpuBackendProvider().open(Device.CPU);
    private static final Window WINDOW = new Window(3, 3, 1, 1, 1, 1);

    /** So many channels that their transformed weights are more than are made at a time. */
    private static final Shape WEIGHT = Shape.of(192, 160, 3, 3);

    private static final int IMAGES = 5;

    @Test
    void anImageHasTheBitsItHasAmongOthersWhereWeightsComeInBlocks() {
        compare(160, _ -> new Convolution.Conv2d(WINDOW, 1, false));
    }

    @Test
    void soDoesAGradient() {
        compare(192, images -> new Convolution.Conv2dInputGrad(WINDOW, 1, Shape.of(images, 160, 4, 4)));
    }

    /** The op for so many images. */
    @FunctionalInterface
    private interface Images {
        Op of(int images);
    }

    private static void compare(int channels, Images op) {
        double[] numbers = Values.normals(IMAGES * channels * 16, 5);
        double[] all = run(op.of(IMAGES), channels, numbers);
        int in = numbers.length / IMAGES;
        int out = all.length / IMAGES;
        for (int count : new int[] {1, 2, 3}) {
            double[] alone = run(op.of(count), channels, Arrays.copyOfRange(numbers, in, (1 + count) * in));
            assertArrayEquals(Arrays.copyOfRange(all, out, (1 + count) * out), alone, count + " images");
        }
    }

    private static double[] run(Op op, int channels, double[] numbers) {
        try (var values = new Values(CPU)) {
            Shape shape = Shape.of(numbers.length / channels / 16, channels, 4, 4);
            Value images = values.of(DType.F32, Layout.channelsLast(shape), numbers);
            return Values.numbers(values.run(op, images, values.normal(WEIGHT, 3)));
        }
    }
}
