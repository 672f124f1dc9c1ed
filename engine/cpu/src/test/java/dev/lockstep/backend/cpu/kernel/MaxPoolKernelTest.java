package dev.lockstep.backend.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.cpu.CpuBackend;
import dev.lockstep.backend.cpu.HostMemory;
import dev.lockstep.backend.cpu.onednn.Matrices;
import dev.lockstep.backend.op.Convolution;
import dev.lockstep.backend.op.Window;
import dev.lockstep.backend.scalar.ScalarBackend;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MaxPoolKernelTest {
    private final Backend cpu = new CpuBackend(new MemoryPool(new HostMemory()));
    private final Backend scalar = new ScalarBackend(cpu.memory());

    /** Windows side by side that leave nothing out, with a remainder, with gaps, over each other. */
    @ParameterizedTest
    @CsvSource({"6, 2, 2", "20, 2, 2", "1, 3, 3", "16, 4, 4", "5, 5, 5", "6, 2, 3", "6, 3, 2", "40, 1, 1"})
    void hasTheBitsOfTheScalarBackend(int channels, int kernel, int stride) {
        Window window = new Window(kernel, kernel, stride, stride, 0, 0);
        Value x = Matrices.random(cpu, 1, Layout.channelsLast(Shape.of(3, channels, 12, 24)));
        var forward = new Convolution.MaxPool2d(window);
        Value[] expected = scalar.execute(forward, x);
        Value[] pooled = cpu.execute(forward, x);
        assertArrayEquals(Matrices.read(expected[0]), Matrices.read(pooled[0]));
        Value g = Matrices.random(cpu, 2, pooled[0].layout());
        Lanes.set(g.address(), -0f);
        var backward = new Convolution.MaxPool2dGrad(window, x.shape());
        float[] dx = Matrices.read(cpu.execute(backward, g, pooled[1])[0]);
        float[] twin = Matrices.read(scalar.execute(backward, g, expected[1])[0]);
        for (int i = 0; i < twin.length; i++) {
            assertEquals(Float.floatToRawIntBits(twin[i]), Float.floatToRawIntBits(dx[i]), "at " + i);
        }
    }
}
