package dev.lockstep.tensor;

import static dev.lockstep.tensor.Tensors.arange;
import static dev.lockstep.tensor.Tensors.cat;
import static dev.lockstep.tensor.Tensors.crossEntropy;
import static dev.lockstep.tensor.Tensors.eye;
import static dev.lockstep.tensor.Tensors.full;
import static dev.lockstep.tensor.Tensors.oneHot;
import static dev.lockstep.tensor.Tensors.ones;
import static dev.lockstep.tensor.Tensors.stack;
import static dev.lockstep.tensor.Tensors.tensor;
import static dev.lockstep.tensor.Tensors.where;
import static dev.lockstep.tensor.Tensors.zeros;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class TensorTest {
    private final Scope scope = Scope.open("test");

    @AfterEach
    void closeScope() {
        scope.close();
    }

    private static void assertValues(Tensor actual, double... expected) {
        assertArrayEquals(expected, actual.toDoubleArray(), 1e-6);
    }

    @Nested
    class Creation {
        @Test
        void realNumbersAreF32AndWholeOnesI64() {
            assertEquals(DType.F32, tensor(1.5, 2).dtype());
            assertEquals(DType.I64, tensor(1, 2).dtype());
            assertEquals(DType.BOOL, tensor(true, false).dtype());
        }

        @Test
        void shapesTakeTheElementsInCOrder() {
            Tensor x = Tensors.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
            assertValues(x.select(0, 1), 4, 5, 6);
            assertThrows(IllegalArgumentException.class, () -> Tensors.of(new float[] {1, 2}, 3));
        }

        @Test
        void simpleOnes() {
            assertValues(zeros(2), 0, 0);
            assertValues(ones(2), 1, 1);
            assertValues(full(7, DType.I32, 2), 7, 7);
            assertValues(arange(3), 0, 1, 2);
            assertValues(arange(1.0, 2.0, 0.5), 1, 1.5);
            assertValues(Tensors.linspace(0, 1, 3), 0, 0.5, 1);
            assertValues(eye(2), 1, 0, 0, 1);
            assertValues(oneHot(tensor(1, 0), 3), 0, 1, 0, 1, 0, 0);
        }

        @Test
        void memoryGoesInAndOut() {
            MemorySegment in = MemorySegment.ofArray(new int[] {1, 2, 3, 4});
            Tensor x = Tensors.of(in, DType.I32, 2, 2);
            int[] out = new int[4];
            x.t().copyTo(MemorySegment.ofArray(out));
            assertArrayEquals(new int[] {1, 3, 2, 4}, out);
        }
    }

    @Nested
    class Promotion {
        @Test
        void numbersKeepTheTensorsDtypeWhereTheyCan() {
            assertEquals(DType.F32, tensor(1.0).mul(2.5).dtype());
            assertEquals(DType.F32, tensor(1).add(1.5).dtype());
            assertEquals(DType.I64, tensor(1).add(1).dtype());
            assertEquals(DType.F32, tensor(1).div(2).dtype());
        }

        @Test
        void tensorsMeetByCategory() {
            assertEquals(DType.F32, tensor(1).add(tensor(1.5)).dtype());
            assertEquals(DType.F32, tensor(1.5).add(full(1, DType.F64)).dtype());
            assertEquals(DType.I64, tensor(true).sum().dtype());
            assertEquals(DType.BOOL, tensor(1, 2).eq(tensor(1.0, 3)).dtype());
        }

        @Test
        void functionsOfRealNumbersTurnWholeOnesToF32() {
            assertEquals(DType.F32, tensor(1).exp().dtype());
            assertEquals(DType.I64, tensor(1).neg().dtype());
        }
    }

    @Nested
    class Arithmetic {
        @Test
        void shapesBroadcast() {
            assertValues(tensor(1.0, 2).unsqueeze(1).add(tensor(10.0, 20)), 11, 21, 12, 22);
        }

        @Test
        void numbersMayComeFirst() {
            assertValues(tensor(1.0, 4).rsub(5), 4, 1);
            assertValues(tensor(1.0, 4).rdiv(2), 2, 0.5);
        }

        @Test
        void choicesAndMasks() {
            assertValues(where(tensor(true, false), tensor(1.0, 2), tensor(3.0, 4)), 1, 4);
            assertValues(tensor(1.0, 2).maskedFill(tensor(true, false), -1), -1, 2);
        }

        @Test
        void theGeluOfOpsMd() {
            assertValues(tensor(-2.0, -1, 0, 1, 2).gelu(), -0.04550028, -0.15865526, 0, 0.8413447, 1.9544997);
        }
    }

    @Nested
    class Reductions {
        private final Tensor x = Tensors.of(new float[] {1, 5, 3, 4, 2, 6}, 2, 3);

        @Test
        void overAllOrSomeAxes() {
            assertEquals(21, x.sum().item());
            assertValues(x.sum(0), 5, 7, 9);
            assertEquals(Shape.of(2, 1), x.mean(true, -1).shape());
            assertValues(x.var(0), 4.5, 4.5, 4.5);
        }

        @Test
        void extremesAndWhereTheyAre() {
            assertValues(x.max(1).values(), 5, 6);
            assertValues(x.max(1).indices(), 1, 2);
            assertEquals(5, x.argmax().itemLong());
            assertValues(x.argmin(0), 0, 1, 0);
        }

        @Test
        void softmaxSumsToOne() {
            assertValues(x.softmax(1).sum(1), 1, 1);
            assertValues(
                    x.logSumExp(1),
                    Math.log(Math.E + Math.exp(5) + Math.exp(3)),
                    Math.log(Math.exp(4) + Math.exp(2) + Math.exp(6)));
        }

        @Test
        void theMeanOfWholeNumbersIsAnError() {
            assertThrows(IllegalArgumentException.class, () -> tensor(1, 2).mean());
        }
    }

    @Nested
    class Views {
        private final Tensor x = arange(0.0, 6.0, 1.0).view(2, 3);

        @Test
        void shareMemory() {
            x.select(0, 0).fill_(9);
            assertValues(x, 9, 9, 9, 3, 4, 5);
        }

        @Test
        void shapesMayLeaveOneSizeOpen() {
            assertEquals(Shape.of(3, 2), x.reshape(-1, 2).shape());
            assertThrows(IllegalArgumentException.class, () -> x.reshape(-1, 4));
            assertThrows(IllegalArgumentException.class, () -> x.reshape(-1, -1));
        }

        @Test
        void cutsFollowPythonsRules() {
            assertValues(x.slice(1, -2, 99), 1, 2, 4, 5);
            assertValues(x.slice(1, 0, 3, 2), 0, 2, 3, 5);
            assertEquals(2, x.chunk(2, 1).size());
            assertValues(x.chunk(2, 1).get(1), 2, 5);
        }

        @Test
        void aViewThatNeedsACopyIsRefused() {
            assertThrows(IllegalArgumentException.class, () -> x.slice(1, 0, 2).view(4));
            assertValues(x.slice(1, 0, 2).reshape(4), 0, 1, 3, 4);
        }

        @Test
        void anExpandedTensorRefusesWrites() {
            Tensor wide = tensor(1.0).expand(3);
            assertThrows(IllegalStateException.class, () -> wide.add_(1));
        }

        @Test
        void joins() {
            assertEquals(Shape.of(4, 3), cat(0, x, x).shape());
            assertEquals(Shape.of(2, 2, 3), stack(0, x, x).shape());
            assertValues(tensor(1.0, 2).repeat(2, 2), 1, 2, 1, 2, 1, 2, 1, 2);
        }
    }

    @Nested
    class Losses {
        @Test
        void crossEntropyAveragesOverTheTargetsThatCount() {
            Tensor logits = zeros(3, 4);
            assertEquals(Math.log(4), crossEntropy(logits, tensor(0, -100, 2)).item(), 1e-6);
            assertEquals(
                    2 * Math.log(4),
                    crossEntropy(logits, tensor(0, -100, 2), o -> o.reduction(LossReduction.SUM))
                            .item(),
                    1e-6);
        }

        @Test
        void crossEntropyTakesMoreAxes() {
            Tensor losses = crossEntropy(zeros(2, 4, 3), zeros(DType.I64, 2, 3), o -> o.reduction(LossReduction.NONE));
            assertEquals(Shape.of(2, 3), losses.shape());
        }
    }

    @Nested
    class Errors {
        @Test
        void nameOpShapesAndModule() {
            try (CallPath.Pop _ = CallPath.push("encoder");
                    CallPath.Pop _ = CallPath.push("attn")) {
                var error = assertThrows(
                        IllegalArgumentException.class, () -> ones(32, 64).matmul(ones(128, 10)));
                assertTrue(error.getMessage().contains("matmul"), error.getMessage());
                assertTrue(error.getMessage().contains("[32, 64]"), error.getMessage());
                assertTrue(error.getMessage().contains("[128, 10]"), error.getMessage());
                assertTrue(error.getMessage().endsWith("(in encoder.attn)"), error.getMessage());
            }
        }

        @Test
        void anAxisOutOfRangeIsNamed() {
            var error = assertThrows(IllegalArgumentException.class, () -> ones(2).softmax(1));
            assertTrue(error.getMessage().contains("softmax: axis 1"), error.getMessage());
        }

        @Test
        void itemNeedsOneElement() {
            assertThrows(IllegalArgumentException.class, () -> ones(2).item());
        }
    }

    @Test
    void toTheSameDtypeIsTheSameTensor() {
        Tensor x = ones(2);
        assertSame(x, x.to(DType.F32));
        assertFalse(x.requiresGrad());
    }

    @Test
    void printsAsTorchDoes() {
        assertEquals("tensor([1., 2.])", tensor(1.0, 2).toString());
        assertEquals(
                "tensor([[0.5000, 1.2500],\n        [2.0000, 3.0000]])",
                Tensors.of(new float[] {0.5f, 1.25f, 2, 3}, 2, 2).toString());
        assertEquals("tensor([ true, false])", tensor(true, false).toString());
        assertEquals(
                "tensor([   0,    1,    2,  ..., 1997, 1998, 1999])",
                arange(2000).toString());
        assertEquals("""
                tensor([ 0.,  1.,  2.,  3.,  4.,  5.,  6.,  7.,  8.,  9., 10., 11., 12., 13.,
                        14., 15., 16., 17., 18., 19., 20., 21., 22., 23., 24., 25., 26., 27.,
                        28., 29.])""", arange(0.0, 30, 1).toString());
        assertEquals("""
                tensor([[0.0000e+00, 1.0000e+00, 2.0000e+00,  ..., 9.9700e+02, 9.9800e+02,
                         9.9900e+02],
                        [1.0000e+03, 1.0010e+03, 1.0020e+03,  ..., 1.9970e+03, 1.9980e+03,
                         1.9990e+03]])""", arange(0.0, 2000, 1).reshape(2, 1000).toString());
        assertEquals("tensor(3)", full(3, DType.I64).toString());
        assertTrue(zeros(100, 100).toString().contains("..."));
        assertTrue(zeros(100, 100).toString().length() < 600);
    }
}
