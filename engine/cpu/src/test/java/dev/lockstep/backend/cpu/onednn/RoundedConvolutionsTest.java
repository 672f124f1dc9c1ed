package dev.lockstep.backend.cpu.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.cpu.CpuBackend;
import dev.lockstep.backend.cpu.HostMemory;
import dev.lockstep.backend.cpu.onednn.ConvolutionShape.Pass;
import dev.lockstep.backend.op.Contraction.RoundedProduct;
import dev.lockstep.backend.op.Convolution;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.Window;
import dev.lockstep.backend.scalar.ScalarBackend;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Convolutions of rounded factors and their gradients, by bf16 instructions where there are some, and by f32 ones. */
class RoundedConvolutionsTest {
    private final Backend cpu = new CpuBackend(new MemoryPool(new HostMemory()));
    private final Backend scalar = new ScalarBackend(cpu.memory());

    private static int[] numbers(String text) {
        return Arrays.stream(text.split("x", -1)).mapToInt(Integer::parseInt).toArray();
    }

    /** Images x channels x size, and filters x size x stride x groups. */
    @ParameterizedTest
    @CsvSource({
        "BF16, 2x3x9, 8x3x1x1",
        "BF16, 1x1x12, 6x5x1x1",
        "BF16, 2x16x8, 32x3x2x1",
        "BF16, 2x16x8, 32x1x2x1",
        "BF16, 1x8x6, 8x3x1x4",
        "F16, 2x3x9, 8x3x1x1"
    })
    void bothWaysAgreeWithTheScalarBackend(DType factors, String imageSizes, String filters) {
        int[] ncs = numbers(imageSizes);
        int[] oksg = numbers(filters);
        int in = ncs[1];
        int out = oksg[0];
        int size = ncs[2];
        int kernel = oksg[1];
        int stride = oksg[2];
        int groups = oksg[3];
        Window window = new Window(kernel, kernel, stride, stride, kernel / 2, kernel / 2);
        Shape images = Shape.of(ncs[0], in, size, size);
        Shape weights = Shape.of(out, in / groups, kernel, kernel);
        Value x = Matrices.random(cpu, 1, images.toArray());
        Value w = Matrices.random(cpu, 2, weights.toArray());
        Value bias = Matrices.random(cpu, 3, out);
        var forward = new RoundedProduct(new Convolution.Conv2d(window, groups, true), factors);
        Value y = check(forward, in * kernel * kernel, x, w, bias);
        Value g = Matrices.random(cpu, 4, y.shape().toArray());
        check(new RoundedProduct(new Convolution.Conv2dInputGrad(window, groups, images), factors), 9 * out, g, w);
        int places = ncs[0] * size * size;
        check(new RoundedProduct(new Convolution.Conv2dWeightGrad(window, groups, weights), factors), places, g, x);
    }

    /** Winograd's algorithm multiplies other numbers: exact ones are what is rounded least, and as fast. */
    @Test
    void whatWinogradsAlgorithmComputesIsNotRounded() {
        var plain = new Convolution.Conv2d(new Window(3, 3, 1, 1, 1, 1), 1, false);
        Value x = Matrices.random(cpu, 1, 2, 32, 8, 8);
        Value w = Matrices.random(cpu, 2, 32, 32, 3, 3);
        float[] expected = Matrices.read(cpu.execute(plain, x, w)[0]);
        for (DType factors : new DType[] {DType.BF16, DType.F16}) {
            assertArrayEquals(expected, Matrices.read(cpu.execute(new RoundedProduct(plain, factors), x, w)[0]));
        }
    }

    /** Tolerance: an error of half an ulp of numbers about sqrt(count) for each of the sums, and Winograd's factor. */
    private Value check(RoundedProduct op, int count, Value... inputs) {
        Value expected = scalar.execute((Op) op, inputs)[0];
        for (boolean inBf16 : new boolean[] {false, OneDnn.multipliesBf16()}) {
            Value[] got = RoundedProducts.of(cpu, inBf16).tryExecute(op, inputs);
            assertNotNull(got);
            assertArrayEquals(Matrices.read(expected), Matrices.read(got[0]), Math.ulp(1f) * 10 * count, op.label());
        }
        return expected;
    }

    @Test
    void noDirectionRunsOnReferenceCode() {
        assumeTrue(OneDnn.multipliesBf16(), "this processor has no bf16 instructions");
        for (Pass pass : Pass.values()) {
            var shape = new ConvolutionShape(
                    pass,
                    new Window(3, 3, 1, 1, 1, 1),
                    1,
                    Shape.of(4, 64, 14, 14),
                    Shape.of(64, 64, 3, 3),
                    false,
                    DType.BF16);
            ConvolutionPlan plan = ConvolutionPlan.of(shape);
            assertFalse(plan.implementation().contains("ref"), pass + ": " + plan.implementation());
            plan.close();
        }
    }
}
