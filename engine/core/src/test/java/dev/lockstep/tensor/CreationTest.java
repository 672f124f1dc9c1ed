package dev.lockstep.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Tensors made of nothing, of numbers, of others, or of chance. What is drawn is what PyTorch draws from the seed. */
class CreationTest {
    private final Scope scope = Scope.open("test");

    @AfterEach
    void closeScope() {
        scope.close();
    }

    @Nested
    class Filled {
        @Test
        void shapesDtypesAndNumbers() {
            assertEquals(Shape.of(2, 3), Tensors.empty(2, 3).shape());
            assertArrayEquals(new float[2], Tensors.zeros(2).toFloatArray());
            assertArrayEquals(new float[] {1, 1}, Tensors.ones(2).toFloatArray());
            assertArrayEquals(new long[] {7, 7}, Tensors.full(7, DType.I16, 2).toLongArray());
            assertArrayEquals(new double[] {1, 0, 0, 1}, Tensors.eye(2).toDoubleArray());
        }

        @Test
        void likeAnother() {
            Tensor model = Tensors.zeros(DType.F64, 2, 1);
            for (Tensor like : new Tensor[] {
                Tensors.zerosLike(model), Tensors.onesLike(model), Tensors.emptyLike(model), Tensors.fullLike(model, 3)
            }) {
                assertEquals(model.shape(), like.shape());
                assertEquals(DType.F64, like.dtype());
            }
            assertEquals(model.shape(), Tensors.randLike(model).shape());
            assertEquals(model.shape(), Tensors.randnLike(model).shape());
        }

        @Test
        void counting() {
            assertArrayEquals(new long[] {0, 1, 2}, Tensors.arange(3).toLongArray());
            assertArrayEquals(new long[] {5, 3, 1}, Tensors.arange(5, 0, -2).toLongArray());
            assertArrayEquals(
                    new float[] {0, 0.25f, 0.5f}, Tensors.arange(0, 0.75, 0.25).toFloatArray());
            assertArrayEquals(
                    new float[] {-1, -0.5f, 0, 0.5f, 1},
                    Tensors.linspace(-1, 1, 5).toFloatArray());
            assertThrows(IllegalArgumentException.class, () -> Tensors.arange(0, 1, 0));
        }

        @Test
        void elementsGoInAndOut() {
            Tensor x = Tensors.of(new double[] {1.5, -2}, DType.F64, 2, 1);
            assertEquals(Shape.of(2, 1), x.shape());
            assertEquals(-2, x.select(0, 1).item());
            assertArrayEquals(new float[] {1.5f, -2}, x.toFloatArray());
            assertEquals(DType.I32, x.to(DType.I32).dtype());
            assertFalse(x.requiresGrad(true).detach().requiresGrad());
        }
    }

    @Nested
    class Drawn {
        @Test
        void uniformAndNormalNumbersAreTorchs() {
            Tensors.manualSeed(0);
            assertArrayEquals(
                    new float[] {-1.1258398f, -1.1523602f, -0.25057858f, -0.4338788f, 0.59883946f},
                    Arrays.copyOf(Tensors.randn(20).toFloatArray(), 5),
                    1e-7f);
            float[] uniform = Tensors.rand(1000).toFloatArray();
            for (float number : uniform) {
                assertTrue(number >= 0 && number < 1);
            }
        }

        @Test
        void wholeNumbersAndPermutationsAreTorchs() {
            Tensors.manualSeed(1);
            assertArrayEquals(
                    new long[] {5, 9, 4, 8, 3, 3}, Tensors.randint(10, 6).toLongArray());
            Tensors.manualSeed(1);
            assertArrayEquals(
                    new long[] {5, 4, 2, 6, 7, 3, 1, 0}, Tensors.randperm(8).toLongArray());
        }

        @Test
        void normalHasItsMeanAndDeviation() {
            Tensors.manualSeed(2);
            Tensor drawn = Tensors.normal(3, 2, 10_000);
            assertEquals(3, drawn.mean().item(), 0.1);
            assertEquals(2, drawn.std().item(), 0.1);
        }

        @Test
        void bernoulliGivesOnesAsOftenAsAsked() {
            Tensors.manualSeed(3);
            Tensor drawn = Tensors.bernoulli(Tensors.full(0.3, DType.F32, 10_000));
            assertEquals(0.3, drawn.mean().item(), 0.02);
            assertArrayEquals(
                    new float[] {0, 1},
                    Tensors.bernoulli(Tensors.tensor(0.0, 1.0)).toFloatArray());
        }

        @Test
        void multinomialFollowsTheWeights() {
            Tensors.manualSeed(4);
            Tensor drawn = Tensors.multinomial(Tensors.tensor(1.0, 0, 3), 10_000, true);
            assertEquals(DType.I64, drawn.dtype());
            assertEquals(0.75, drawn.eq(2).to(DType.F32).mean().item(), 0.02);
            assertEquals(0, drawn.eq(1).sum().item());
        }

        @Test
        void withoutReplacementNothingComesTwice() {
            Tensors.manualSeed(5);
            long[] drawn = Tensors.multinomial(Tensors.ones(3, 6), 6, false)
                    .select(0, 1)
                    .toLongArray();
            Arrays.sort(drawn);
            assertArrayEquals(new long[] {0, 1, 2, 3, 4, 5}, drawn);
            assertThrows(IllegalArgumentException.class, () -> Tensors.multinomial(Tensors.ones(3), 4, false));
        }
    }
}
