package dev.lockstep.tensor;

import static dev.lockstep.tensor.Tensors.tensor;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.layout.DType;
import dev.lockstep.nn.LSTM;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** 1 + 2^-8 lies halfway between the bfloat16 numbers 1 and 1 + 2^-7, and is rounded to 1. */
class AutocastTest {
    private static final double HALFWAY = 1 + 0x1p-8;

    private final Scope scope = Scope.open("test");

    @AfterEach
    void closeScope() {
        scope.close();
    }

    @Test
    void roundsTheFactorsOfProductsWithinTheBlockOnly() {
        Tensor x = tensor(HALFWAY, 1).reshape(1, 2);
        Tensor w = tensor(1, HALFWAY).reshape(1, 2);
        try (var _ = Autocast.to(DType.BF16)) {
            assertTrue(Autocast.isEnabled());
            assertArrayEquals(new float[] {2}, x.linear(w, null).toFloatArray());
            assertArrayEquals(new float[] {2}, x.matmul(w.t()).toFloatArray());
            assertEquals(DType.F32, x.matmul(w.t()).dtype());
            assertArrayEquals(
                    new float[] {(float) (2 + 0x1p-7)}, x.mul(w).sum(1).toFloatArray()); // No product of rows.
            try (var _ = Autocast.to(DType.F32)) {
                assertArrayEquals(
                        new float[] {(float) (2 + 0x1p-7)}, x.linear(w, null).toFloatArray());
            }
            assertArrayEquals(new float[] {2}, x.linear(w, null).toFloatArray());
        }
        assertFalse(Autocast.isEnabled());
        assertArrayEquals(new float[] {(float) (2 + 0x1p-7)}, x.linear(w, null).toFloatArray());
    }

    @Test
    void gradientsRoundTheirFactorsToo() {
        Tensor x = tensor(HALFWAY, 3).reshape(1, 2).requiresGrad(true);
        Tensor w = tensor(2, HALFWAY).reshape(1, 2).requiresGrad(true);
        Tensor loss;
        try (var _ = Autocast.to(DType.BF16)) {
            loss = x.linear(w, null).sum().mul(HALFWAY); // The gradient of the product is 1 + 2^-8, and rounded to 1.
        }
        Gradients gradients = loss.backward(); // Outside of the block.
        assertArrayEquals(new float[] {2, 1}, gradients.get(x).toFloatArray());
        assertArrayEquals(new float[] {1, 3}, gradients.get(w).toFloatArray());
    }

    @Test
    void roundsTheFactorsOfConvolutions() {
        Tensor x = tensor(HALFWAY, 1).reshape(1, 2, 1, 1).requiresGrad(true);
        Tensor w = tensor(1, HALFWAY).reshape(1, 2, 1, 1);
        Tensor y;
        try (var _ = Autocast.to(DType.BF16)) {
            y = x.conv2d(w, null, 1, 0);
            assertArrayEquals(new float[] {2}, y.toFloatArray());
        }
        assertArrayEquals(
                new float[] {1, 1}, y.sum().mul(HALFWAY).backward().get(x).toFloatArray()); // Outside of the block.
        assertArrayEquals(
                new float[] {(float) (2 + 0x1p-7)}, x.conv2d(w, null, 1, 0).toFloatArray());
    }

    /** One key, so that its weight is 1 and the output its value. */
    @Test
    void roundsTheFactorsOfAttention() {
        Tensor x = tensor(HALFWAY, 1).reshape(1, 1, 1, 2);
        try (var _ = Autocast.to(DType.BF16)) {
            assertArrayEquals(
                    new float[] {1, 1},
                    Tensors.scaledDotProductAttention(x, x, x, false).toFloatArray());
        }
        assertArrayEquals(
                new float[] {(float) HALFWAY, 1},
                Tensors.scaledDotProductAttention(x, x, x, false).toFloatArray());
    }

    @Test
    void roundsTheFactorsOfAnLstm() {
        Tensors.manualSeed(1);
        LSTM lstm = new LSTM(3, 4);
        Tensor x = Tensors.randn(2, 1, 3);
        Tensor exact = lstm.call(x).out();
        try (var _ = Autocast.to(DType.BF16)) {
            double difference = lstm.call(x).out().sub(exact).abs().sum().item();
            assertTrue(difference > 1e-5 && difference < 1e-1, "differs by " + difference);
        }
    }

    /** 1 + 2^-11 lies halfway between the f16 numbers 1 and 1 + 2^-10; bf16 would not tell 1 + 2^-10 from 1. */
    @Test
    void roundsToF16WhereAsked() {
        Tensor x = tensor(1 + 0x1p-11, 1 + 0x1p-10).reshape(1, 2);
        try (var _ = Autocast.to(DType.F16)) {
            assertArrayEquals(
                    new float[] {(float) (2 + 0x1p-10)},
                    x.matmul(tensor(1f, 1f).reshape(2, 1)).toFloatArray());
        }
    }

    @Test
    void leavesDoublesAlone() {
        Tensor x = tensor(HALFWAY, 1).reshape(1, 2).to(DType.F64);
        try (var _ = Autocast.to(DType.BF16)) {
            assertEquals(DType.F64, x.matmul(x.t()).dtype());
        }
    }

    @Test
    void belongsToItsThread() {
        try (var _ = Autocast.to(DType.BF16)) {
            assertFalse(CompletableFuture.supplyAsync(Autocast::isEnabled).join());
        }
    }

    @Test
    void refusesOtherDtypes() {
        var error = assertThrows(IllegalArgumentException.class, () -> Autocast.to(DType.F64));
        assertEquals("autocast: the dtype must be BF16, F16 or F32, got F64", error.getMessage());
    }
}
