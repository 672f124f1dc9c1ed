package dev.lockstep.nn;

import static dev.lockstep.tensor.Tensors.manualSeed;
import static dev.lockstep.tensor.Tensors.ones;
import static dev.lockstep.tensor.Tensors.randn;
import static dev.lockstep.tensor.Tensors.tensor;
import static dev.lockstep.tensor.Tensors.zeros;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.layout.Shape;
import dev.lockstep.module.Layer;
import dev.lockstep.module.StateDict;
import dev.lockstep.tensor.RandomSource;
import dev.lockstep.tensor.StepRandom;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class LayersTest {
    private static void set(Layer layer, String name, float... values) {
        Tensor wanted = Tensors.of(values, layer.stateDict().get(name).shape().toArray());
        LinkedHashMap<String, Tensor> state = new LinkedHashMap<>();
        state.put(name, wanted);
        layer.load(new StateDict(state), false);
    }

    private static void assertClose(double[] expected, Tensor actual) {
        assertArrayEquals(expected, actual.toDoubleArray(), 1e-6);
    }

    @Nested
    class LinearLayer {
        /** PyTorch 2.7.1: manual_seed(0), Linear(3, 2). */
        @Test
        void startsAsTorchsDoes() {
            manualSeed(0);
            Linear linear = new Linear(3, 2);
            float[] weight = {-0.0043225177f, 0.30971584f, -0.47518533f, -0.4248946f, -0.22236897f, 0.15482073f};
            assertArrayEquals(weight, linear.weight().toFloatArray());
            float[] bias = {-0.011439145f, 0.45777494f};
            assertArrayEquals(bias, linear.stateDict().get("bias").toFloatArray());
        }

        /** PyTorch 2.7.1, the same layer: d mean((Wx + b)^2) / dW at x = ones(2, 3). */
        @Test
        void hasTorchsGradient() {
            manualSeed(0);
            Linear linear = new Linear(3, 2);
            var gradients = linear.call(ones(2, 3)).square().mean().backward();
            float[] expected = {-0.18123117f, -0.18123117f, -0.18123117f, -0.03466791f, -0.03466791f, -0.03466791f};
            assertArrayEquals(expected, gradients.get(linear.weight()).toFloatArray(), 1e-7f);
        }

        @Test
        void mapsTheLastAxisWithOrWithoutBias() {
            Linear linear = new Linear(2, 1, o -> o.bias(false));
            set(linear, "weight", 2, 3);
            assertArrayEquals(
                    new float[] {8, 18},
                    linear.call(tensor(1, 2, 3, 4).to(linear.weight().dtype()).reshape(1, 2, 2))
                            .toFloatArray());
            assertEquals(List.of("weight"), List.copyOf(linear.stateDict().keys()));
        }

        @Test
        void rejectsImpossibleSizes() {
            Exception error = assertThrows(IllegalArgumentException.class, () -> new Linear(0, 2));
            assertEquals("Linear: inFeatures is 0, it must be at least 1", error.getMessage());
        }
    }

    @Nested
    class Images {
        private final Tensor image = Tensors.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9}, 1, 1, 3, 3);

        @Test
        void conv2dCorrelatesAndAddsTheBias() {
            Conv2d conv = new Conv2d(1, 1, 2);
            set(conv, "weight", 1, 0, 0, 10);
            set(conv, "bias", 0.5f);
            assertArrayEquals(
                    new float[] {51.5f, 62.5f, 84.5f, 95.5f}, conv.call(image).toFloatArray());
        }

        @Test
        void conv2dMovesByStrideAndPadding() {
            Conv2d conv = new Conv2d(1, 2, 3, o -> o.stride(2).padding(1).bias(false));
            assertEquals(Shape.of(1, 2, 2, 2), conv.call(image).shape());
            assertEquals(Shape.of(2, 1, 3, 3), conv.weight().shape());
        }

        @Test
        void conv2dStartsWithinTorchsBound() {
            Conv2d conv = new Conv2d(3, 8, 5);
            double bound = 1 / Math.sqrt(75);
            for (Tensor parameter : conv.parameters()) {
                double most = Arrays.stream(parameter.toDoubleArray())
                        .map(Math::abs)
                        .max()
                        .orElseThrow();
                assertTrue(most <= bound && most > 0.5 * bound, "largest " + most + " for bound " + bound);
            }
        }

        @Test
        void conv2dRejectsGroupsThatDoNotDivide() {
            assertThrows(IllegalArgumentException.class, () -> new Conv2d(3, 4, 3, o -> o.groups(2)));
        }

        @Test
        void poolsTakeMaximumAndMean() {
            Tensor corner = image.narrow(2, 0, 2).narrow(3, 0, 2);
            assertArrayEquals(new float[] {5}, new MaxPool2d(2).call(corner).toFloatArray());
            assertArrayEquals(new float[] {3}, new AvgPool2d(2).call(corner).toFloatArray());
            assertArrayEquals(
                    new float[] {5, 6, 8, 9},
                    new MaxPool2d(2, o -> o.stride(1)).call(image).toFloatArray());
            assertArrayEquals(
                    new float[] {0.25f, 1.25f, 2.75f, 7},
                    new AvgPool2d(2, o -> o.padding(1)).call(image).toFloatArray());
        }

        @Test
        void flattenMergesAllButTheFirstAxis() {
            assertEquals(Shape.of(2, 12), new Flatten().call(zeros(2, 3, 2, 2)).shape());
            assertEquals(
                    Shape.of(2, 6, 2), new Flatten(1, 2).call(zeros(2, 3, 2, 2)).shape());
        }
    }

    @Nested
    class Dropping {
        @Test
        void keepsTheMeanAndZeroesAShareWhileTraining() {
            manualSeed(0);
            float[] y = new Dropout(0.25).call(ones(10_000)).toFloatArray();
            int zeros = 0;
            for (float value : y) {
                assertTrue(value == 0 || value == 4f / 3);
                zeros += value == 0 ? 1 : 0;
            }
            assertEquals(2500, zeros, 200);
        }

        @Test
        void givesItsInputInEvaluation() {
            Dropout dropout = new Dropout(0.9);
            dropout.eval();
            Tensor x = ones(5);
            assertSame(x, dropout.call(x));
        }

        @Test
        void insideAStepTheMaskDependsOnStepRankAndPlaceAlone() {
            Layer net = new Sequential(new Dropout(), new Dropout());
            float[] first = masked(net, 3, 1);
            assertArrayEquals(first, masked(net, 3, 1));
            assertFalse(Arrays.equals(first, masked(net, 4, 1)));
            assertFalse(Arrays.equals(first, masked(net, 3, 2)));
            Sequential pair = new Sequential(new Dropout(), new Dropout());
            try (var _ = RandomSource.install(new StepRandom(0, 3, 1))) {
                float[] one = pair.get(0).call(ones(64)).toFloatArray();
                float[] other = pair.get(1).call(ones(64)).toFloatArray();
                assertFalse(Arrays.equals(one, other));
            }
        }

        private float[] masked(Layer net, long step, int virtualRank) {
            try (var _ = RandomSource.install(new StepRandom(0, step, virtualRank))) {
                return net.call(ones(64)).toFloatArray();
            }
        }

        @Test
        void rejectsAProbabilityOutsideOfTheUnitInterval() {
            assertThrows(IllegalArgumentException.class, () -> new Dropout(1.5));
            assertThrows(IllegalArgumentException.class, () -> new Dropout(Double.NaN));
        }
    }

    @Nested
    class Tables {
        @Test
        void embeddingLooksRowsUp() {
            Embedding table = new Embedding(3, 2);
            set(table, "weight", 0, 1, 10, 11, 20, 21);
            Tensor rows = table.call(tensor(2L, 0L).reshape(1, 2));
            assertEquals(Shape.of(1, 2, 2), rows.shape());
            assertArrayEquals(new float[] {20, 21, 0, 1}, rows.toFloatArray());
        }

        @Test
        void thePaddingRowIsZeroAndGetsNoGradient() {
            Embedding table = new Embedding(3, 2, o -> o.paddingIndex(1));
            assertArrayEquals(new float[2], table.weight().select(0, 1).toFloatArray());
            var gradients = table.call(tensor(1L, 2L, 2L)).sum().backward();
            assertArrayEquals(
                    new float[] {0, 0, 0, 0, 2, 2},
                    gradients.get(table.weight()).toFloatArray());
        }
    }

    @Nested
    class Norms {
        /** Rows (1, 3) and (2, 6): means 2 and 4, deviations 1 and 2. */
        @Test
        void layerNormNormalisesRows() {
            LayerNorm norm = new LayerNorm(2);
            set(norm, "weight", 1, 10);
            set(norm, "bias", 0, 5);
            Tensor y = norm.call(Tensors.of(new float[] {1, 3, 2, 6}, 2, 2));
            assertArrayEquals(new double[] {-1, 15, -1, 15}, y.toDoubleArray(), 1e-3);
        }
    }

    @Nested
    class Activations {
        private final Tensor x = tensor(-1.0, 0.0, 2.0);

        @Test
        void followTheirFormulas() {
            assertClose(new double[] {0, 0, 2}, new ReLU().call(x));
            assertClose(new double[] {Math.tanh(-1), 0, Math.tanh(2)}, new Tanh().call(x));
            assertClose(new double[] {sigmoid(-1), 0.5, sigmoid(2)}, new Sigmoid().call(x));
            assertClose(new double[] {-sigmoid(-1), 0, 2 * sigmoid(2)}, new SiLU().call(x));
            assertClose(new double[] {-0.15865526, 0, 1.9544997}, new GELU().call(x));
            assertClose(new double[] {-0.158808, 0, 1.9545977}, new GELU(o -> o.tanh(true)).call(x));
            assertSame(x, new Identity().call(x));
        }

        @Test
        void softmaxSumsToOne() {
            double sum = Math.exp(-1) + 1 + Math.exp(2);
            double[] expected = {Math.exp(-1) / sum, 1 / sum, Math.exp(2) / sum};
            assertClose(expected, new Softmax(-1).call(x));
            double[] logs = Arrays.stream(expected).map(Math::log).toArray();
            assertClose(logs, new LogSoftmax(0).call(x));
        }

        private double sigmoid(double value) {
            return 1 / (1 + Math.exp(-value));
        }
    }

    @Nested
    class Containers {
        @Test
        void sequentialRunsInOrderAndNamesByIndex() {
            Sequential net = new Sequential(new Linear(2, 3), new ReLU(), new Linear(3, 1));
            assertEquals(
                    List.of("0.weight", "0.bias", "2.weight", "2.bias"),
                    List.copyOf(net.stateDict().keys()));
            Tensor x = randn(4, 2);
            Tensor byHand = net.get(2).call(net.get(0).call(x).relu());
            assertArrayEquals(byHand.toFloatArray(), net.call(x).toFloatArray());
        }

        @Test
        void moduleListNamesByIndexAndIsNotCalled() {
            ModuleList<Linear> list = new ModuleList<>(List.of(new Linear(1, 1)));
            list.add(new Linear(1, 2));
            assertEquals(
                    List.of("0.weight", "0.bias", "1.weight", "1.bias"),
                    List.copyOf(list.stateDict().keys()));
            assertEquals(2, list.size());
            assertThrows(UnsupportedOperationException.class, () -> list.call("x"));
        }
    }

    @Test
    void printAsTorchDoes() {
        Sequential net = new Sequential(
                new Conv2d(1, 6, 5, o -> o.padding(2)),
                new BatchNorm2d(6),
                new ReLU(),
                new MaxPool2d(2),
                new Flatten(),
                new Linear(1176, 10, o -> o.bias(false)),
                new Dropout(0.1),
                new LayerNorm(10),
                new GELU(),
                new LogSoftmax(-1),
                new Embedding(10, 4, o -> o.paddingIndex(0)));
        assertEquals("""
                Sequential(
                  (0): Conv2d(1, 6, kernel_size=(5, 5), stride=(1, 1), padding=(2, 2))
                  (1): BatchNorm2d(6, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)
                  (2): ReLU()
                  (3): MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)
                  (4): Flatten(start_dim=1, end_dim=-1)
                  (5): Linear(in_features=1176, out_features=10, bias=False)
                  (6): Dropout(p=0.1, inplace=False)
                  (7): LayerNorm((10,), eps=1e-05, elementwise_affine=True)
                  (8): GELU(approximate='none')
                  (9): LogSoftmax(dim=-1)
                  (10): Embedding(10, 4, padding_idx=0)
                )""", net.toString());
    }
}
