package dev.lockstep.backend.cpu.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.cpu.CpuBackend;
import dev.lockstep.backend.cpu.HostMemory;
import dev.lockstep.backend.cpu.onednn.Product.Strides;
import dev.lockstep.backend.op.Contraction.Linear;
import dev.lockstep.backend.op.Contraction.Matmul;
import dev.lockstep.backend.op.Contraction.RoundedProduct;
import dev.lockstep.backend.scalar.ScalarBackend;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.layout.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products of rounded factors, on both ways: by bf16 instructions, where there are some, and by those of f32. */
class RoundedProductsTest {
    private static final RoundedProduct MATMUL = new RoundedProduct(new Matmul(), DType.BF16);

    private final Backend cpu = new CpuBackend(new MemoryPool(new HostMemory()));
    private final Backend scalar = new ScalarBackend(cpu.memory());

    @ParameterizedTest
    @CsvSource({"1,1,1", "2,3,4", "5,17,1", "1,64,10", "33,31,65", "128,100,12"})
    void bothWaysAgreeWithTheScalarBackend(int m, int k, int n) {
        try (Value a = Matrices.random(cpu, 1, m, k);
                Value b = Matrices.random(cpu, 2, k, n);
                Value expected = scalar.execute(MATMUL, a, b)[0]) {
            for (boolean inBf16 : new boolean[] {false, OneDnn.multipliesBf16()}) {
                Value[] got = RoundedProducts.of(cpu, inBf16).tryExecute(MATMUL, a, b);
                assertNotNull(got);
                assertArrayEquals(Matrices.read(expected), Matrices.read(got[0]), Math.ulp(1f) * k);
                got[0].close();
            }
        }
    }

    @Test
    void factorsInF16AgreeWithTheScalarBackend() {
        var matmul = new RoundedProduct(new Matmul(), DType.F16);
        try (Value a = Matrices.random(cpu, 1, 33, 31);
                Value b = Matrices.random(cpu, 2, 31, 65);
                Value expected = scalar.execute(matmul, a, b)[0];
                Value got = cpu.execute(matmul, a, b)[0]) {
            assertArrayEquals(Matrices.read(expected), Matrices.read(got), Math.ulp(1f) * 31);
        }
    }

    @Test
    void weightsAndGradientsMayBeTransposedViews() {
        var linear = new RoundedProduct(new Linear(false), DType.BF16);
        try (Value x = Matrices.random(cpu, 1, 20, 50);
                Value weight = Matrices.random(cpu, 2, 30, 50);
                Value g = Matrices.random(cpu, 3, 20, 30);
                Value turned = g.view(g.layout().permute(1, 0));
                Value y = cpu.execute(linear, x, weight)[0];
                Value expected = scalar.execute(linear, x, weight)[0];
                Value gradient = cpu.execute(MATMUL, turned, x)[0];
                Value expectedGradient = scalar.execute(MATMUL, turned, x)[0]) {
            assertArrayEquals(Matrices.read(expected), Matrices.read(y), Math.ulp(1f) * 50);
            assertArrayEquals(Matrices.read(expectedGradient), Matrices.read(gradient), Math.ulp(1f) * 20);
        }
    }

    @Test
    void neitherReordersNorProductsRunOnReferenceCode() {
        assumeTrue(OneDnn.multipliesBf16(), "this processor has no bf16 instructions");
        Strides plain = Strides.plain(128, 784);
        Strides turned = new Strides(0, 1, 784);
        for (Product product : new Product[] {
            new Product(1, 128, 784, 512, plain, turned, true, false),
            new Product(1, 512, 128, 784, new Strides(0, 1, 512), Strides.plain(128, 784), false, false),
            new Product(1, 128, 512, 784, Strides.plain(128, 512), Strides.plain(512, 784), false, false)
        }) {
            Bf16Plan plan = Bf16Plan.of(new Bf16Plan.Key(product));
            assertFalse(plan.implementation().contains("ref"), plan.implementation());
            plan.close();
        }
    }

    @Test
    void leavesNoMemoryBehind() {
        try (Value a = Matrices.random(cpu, 1, 3, 40);
                Value b = Matrices.random(cpu, 2, 40, 5)) {
            long before = cpu.memory().stats().bytesInUse();
            cpu.execute(MATMUL, a, b)[0].close();
            assertEquals(before, cpu.memory().stats().bytesInUse());
        }
    }
}
