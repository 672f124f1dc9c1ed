package dev.lockstep.backend.cpu.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.cpu.CpuBackend;
import dev.lockstep.backend.cpu.HostMemory;
import dev.lockstep.backend.op.Contraction;
import dev.lockstep.backend.op.Convolution;
import dev.lockstep.backend.op.Elementwise.Copy;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.Update;
import dev.lockstep.backend.op.Window;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A weight that is read often gives the bits of one that is read once, and never those of what it was before. */
class PackedWeightTest {
    private static final int OFTEN = 12;
    private static final Contraction LINEAR = new Contraction.Linear(true);

    private final Backend cpu = new CpuBackend(new MemoryPool(new HostMemory()));

    private float[] linear(Value x, Value weight, Value bias) {
        try (Value y = cpu.execute(LINEAR, x, weight, bias)[0]) {
            return Matrices.read(y);
        }
    }

    private float[] matmul(Value x, Value weight) {
        try (Value y = cpu.execute(new Contraction.Matmul(), x, weight)[0]) {
            return Matrices.read(y);
        }
    }

    private Value weight(long seed, long... sizes) {
        Value weight = Matrices.random(cpu, seed, sizes);
        weight.storage().makePermanent();
        return weight;
    }

    @ParameterizedTest
    @CsvSource({
        "1,1", "3,5", "5,1", "8,10", "16,48", "64,10", "100,1", "127,100", "784,512", "129,33", "500,500", "1000,17",
        "2049,64", "4096,10"
    })
    void oftenReadWeightsGiveTheBitsOfThoseReadOnce(int in, int out) {
        Value weight = weight(2, out, in);
        try (Value same = Matrices.random(cpu, 2, out, in);
                Value bias = Matrices.random(cpu, 3, out)) {
            for (int rows : new int[] {1, 2, 3, 7, 16, 33, 64, 128}) {
                assertSameBits(rows, same, weight, bias);
            }
        }
    }

    private void assertSameBits(int rows, Value same, Value weight, Value bias) {
        try (Value x = Matrices.random(cpu, 4, rows, weight.shape().size(1));
                Value g = Matrices.random(cpu, 5, rows, weight.shape().size(0))) {
            float[] forward = linear(x, same, bias);
            float[] backward = matmul(g, same);
            for (int use = 0; use < OFTEN; use++) {
                assertArrayEquals(forward, linear(x, weight, bias), rows + " rows, use " + use);
                assertArrayEquals(backward, matmul(g, weight), rows + " rows turned, use " + use);
            }
        }
    }

    @Test
    void aWrittenWeightIsReadAnew() {
        Value weight = weight(1, 24, 40);
        try (Value x = Matrices.random(cpu, 2, 8, 40);
                Value bias = Matrices.random(cpu, 3, 24);
                Value change = Matrices.random(cpu, 4, 24, 40)) {
            for (int step = 0; step < 3; step++) {
                IntStream.range(0, OFTEN).forEach(_ -> linear(x, weight, bias));
                float[] before = linear(x, weight, bias);
                cpu.execute(new Update.AddInto(), weight, change);
                assertReadsAnew(before, x, weight, bias);
            }
        }
    }

    @Test
    void aWeightWrittenByItsMemoryIsReadAnew() {
        Value weight = weight(1, 24, 40);
        try (Value x = Matrices.random(cpu, 2, 8, 40);
                Value bias = Matrices.random(cpu, 3, 24)) {
            IntStream.range(0, OFTEN).forEach(_ -> linear(x, weight, bias));
            float[] before = linear(x, weight, bias);
            weight.storage().segment().setAtIndex(ValueLayout.JAVA_FLOAT, 41, 1000);
            assertReadsAnew(before, x, weight, bias);
        }
    }

    private void assertReadsAnew(float[] before, Value x, Value weight, Value bias) {
        try (Value copy = cpu.execute(new Copy(Copy.Order.CONTIGUOUS), weight)[0]) {
            float[] expected = linear(x, copy, bias);
            assertTrue(
                    IntStream.range(0, before.length).anyMatch(i -> before[i] != expected[i]), "nothing was written");
            IntStream.range(0, OFTEN).forEach(_ -> assertArrayEquals(expected, linear(x, weight, bias)));
        }
    }

    /** Forward and the gradient of the input are thin convolutions, which read the filter in two orders. */
    @Test
    void aFilterIsReadAnewOnceItIsWritten() {
        Window window = new Window(5, 5, 1, 1, 2, 2);
        var forward = new Convolution.Conv2d(window, 1, false);
        Value filter = weight(1, 6, 3, 5, 5);
        try (Value x = Matrices.random(cpu, 2, Layout.channelsLast(Shape.of(2, 3, 9, 8)));
                Value g = Matrices.random(cpu, 3, Layout.channelsLast(Shape.of(2, 6, 9, 8)));
                Value change = Matrices.random(cpu, 4, 6, 3, 5, 5)) {
            var backward = new Convolution.Conv2dInputGrad(window, 1, x.shape());
            for (int step = 0; step < 3; step++) {
                try (Value copy = cpu.execute(new Copy(Copy.Order.CONTIGUOUS), filter)[0]) {
                    assertReadsAlike(forward, x, copy, filter);
                    assertReadsAlike(backward, g, copy, filter);
                    cpu.execute(new Update.AddInto(), filter, change);
                    assertFalse(Arrays.equals(read(forward, x, copy), read(forward, x, filter)), "nothing was written");
                }
            }
        }
    }

    private void assertReadsAlike(Op convolution, Value images, Value copy, Value filter) {
        float[] expected = read(convolution, images, copy);
        IntStream.range(0, 2).forEach(_ -> assertArrayEquals(expected, read(convolution, images, filter)));
    }

    private float[] read(Op op, Value... inputs) {
        try (Value y = cpu.execute(op, inputs)[0]) {
            return Matrices.read(y);
        }
    }

    @Test
    void partsOfAWeightAreKeptApart() {
        Value weight = weight(1, 24, 40);
        try (Value upper = weight.view(weight.layout().narrow(0, 0, 12, 1));
                Value lower = weight.view(weight.layout().narrow(0, 12, 12, 1));
                Value x = Matrices.random(cpu, 2, 8, 40);
                Value bias = Matrices.random(cpu, 3, 12);
                Value whole = Matrices.random(cpu, 1, 24, 40);
                Value below = whole.view(whole.layout().narrow(0, 12, 12, 1))) {
            IntStream.range(0, OFTEN).forEach(_ -> linear(x, upper, bias));
            float[] expected = linear(x, below, bias);
            IntStream.range(0, OFTEN).forEach(_ -> assertArrayEquals(expected, linear(x, lower, bias)));
        }
    }

    @Test
    void threadsMayReadAWeightAtOnce() throws Exception {
        Value weight = weight(1, 64, 96);
        try (Value same = Matrices.random(cpu, 1, 64, 96);
                Value x = Matrices.random(cpu, 2, 16, 96);
                Value bias = Matrices.random(cpu, 3, 64);
                var threads = Executors.newFixedThreadPool(4)) {
            float[] expected = linear(x, same, bias);
            Callable<float[]> often = () -> {
                for (int use = 0; use < 50; use++) {
                    assertArrayEquals(expected, linear(x, weight, bias));
                }
                return linear(x, weight, bias);
            };
            for (var result : threads.invokeAll(List.of(often, often, often, often))) {
                assertArrayEquals(expected, result.get());
            }
        }
    }

    @Test
    void aPackedCopyIsNoLeak() {
        Value weight = weight(1, 64, 96);
        try (Value x = Matrices.random(cpu, 2, 16, 96);
                Value bias = Matrices.random(cpu, 3, 64)) {
            IntStream.range(0, OFTEN).forEach(_ -> linear(x, weight, bias));
            long used = cpu.memory().stats().bytesInUse();
            IntStream.range(0, OFTEN).forEach(_ -> linear(x, weight, bias));
            assertEquals(used, cpu.memory().stats().bytesInUse());
        }
    }
}
