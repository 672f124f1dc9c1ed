package dev.lockstep.module;

import static dev.lockstep.tensor.Tensors.ones;
import static dev.lockstep.tensor.Tensors.tensor;
import static dev.lockstep.tensor.Tensors.zeros;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.device.Device;
import dev.lockstep.tensor.CallPath;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ModuleTest {
    /** Multiplies by a weight and adds a buffer; remembers what it saw. */
    private static final class Scale extends Layer {
        private final Tensor weight;
        private final Tensor shift;
        private final List<Tensor> seen = new ArrayList<>();
        private String path = "";

        Scale(double factor) {
            weight = param("weight", tensor(factor));
            shift = buffer("shift", zeros(1));
            buffer("cache", zeros(1), false);
        }

        @Override
        public Tensor forward(Tensor x) {
            path = CallPath.current();
            Tensor product = x.mul(weight);
            seen.add(product);
            return product.add(shift);
        }

        @Override
        protected String description() {
            return "factors=" + weight.numel();
        }
    }

    private static final class Net extends Layer {
        final Tensor bias = param("bias", tensor(1.0));
        final Scale first = child("first", new Scale(2));
        final Scale second = child("second", new Scale(3));

        @Override
        public Tensor forward(Tensor x) {
            return second.call(first.call(x)).add(bias);
        }
    }

    private static final class Wrapper extends Layer {
        final Net net = child("net", new Net());

        @Override
        public Tensor forward(Tensor x) {
            return net.call(x);
        }
    }

    @Nested
    class Registration {
        @Test
        void keysAreNamesJoinedByDots() {
            Wrapper wrapper = new Wrapper();
            assertEquals(
                    List.of("net.bias", "net.first.weight", "net.second.weight"),
                    List.copyOf(wrapper.namedParameters().keySet()));
            assertEquals(
                    List.of("net.bias", "net.first.weight", "net.first.shift", "net.second.weight", "net.second.shift"),
                    List.copyOf(wrapper.stateDict().keys()));
            assertEquals(
                    List.of("net.first.shift", "net.first.cache", "net.second.shift", "net.second.cache"),
                    List.copyOf(wrapper.namedBuffers().keySet()));
        }

        @Test
        void parametersRequireGradientsAndBuffersDoNot() {
            Net net = new Net();
            assertTrue(net.parameters().stream().allMatch(Tensor::requiresGrad));
            assertFalse(net.first.shift.requiresGrad());
            net.requiresGrad(false);
            assertTrue(net.parameters().stream().noneMatch(Tensor::requiresGrad));
        }

        @Test
        void parametersMadeInsideOfAScopeOutliveIt() {
            Net net;
            try (Scope scope = Scope.open()) {
                net = new Net();
                assertEquals(0, scope.size());
            }
            assertEquals(1f, net.bias.item());
        }

        @Test
        void aSharedParameterIsListedOnceButStandsUnderBothKeysOfTheState() {
            Layer tied = new Layer() {
                final Scale a = child("a", new Scale(2));
                final Tensor same = param("same", a.weight);

                @Override
                public Tensor forward(Tensor x) {
                    return a.call(x).mul(same);
                }
            };
            assertEquals(List.of("same"), List.copyOf(tied.namedParameters().keySet()));
            assertTrue(tied.stateDict().contains("a.weight"));
            assertSame(tied.stateDict().get("same"), tied.stateDict().get("a.weight"));
        }

        @Test
        void rejectsNamesThatAreTakenEmptyOrDotted() {
            assertRejected("first", "is taken by a child");
            assertRejected("bias", "is taken by a parameter");
            assertRejected("shift", "is taken by a buffer");
            assertRejected("", "is empty");
            assertRejected("a.b", "has a dot");
        }

        private void assertRejected(String name, String part) {
            Exception error = assertThrows(IllegalArgumentException.class, () -> new Layer() {
                {
                    param("bias", zeros(1));
                    buffer("shift", zeros(1));
                    child("first", new Scale(1));
                    param(name, zeros(1));
                }

                @Override
                public Tensor forward(Tensor x) {
                    return x;
                }
            });
            assertTrue(String.valueOf(error.getMessage()).contains("'" + name + "' " + part), error.getMessage());
        }

        @Test
        void checkNamesWhatWasNotRegistered() {
            new Net().check();
            Layer careless = new Layer() {
                final Scale lost = new Scale(1);
                final Tensor loose = ones(2).requiresGrad(true);

                @Override
                public Tensor forward(Tensor x) {
                    return lost.call(x).mul(loose);
                }
            };
            Exception error = assertThrows(IllegalStateException.class, careless::check);
            assertTrue(String.valueOf(error.getMessage()).contains("lost holds a module"), error.getMessage());
            assertTrue(String.valueOf(error.getMessage()).contains("loose holds a tensor"), error.getMessage());
        }
    }

    @Nested
    class Calling {
        @Test
        void computesThroughChildren() {
            assertEquals(31, new Net().call(tensor(5.0)).item());
        }

        @Test
        void intermediatesEndWithTheCallAndResultsWithTheCallersScope() {
            Net net = new Net();
            Tensor y;
            try (Scope scope = Scope.open()) {
                y = net.call(tensor(5.0));
                assertTrue(net.first.seen.getFirst().isClosed());
                assertEquals(2, scope.size());
                assertEquals(31, y.item());
            }
            assertTrue(y.isClosed());
        }

        @Test
        void gradientsReachParametersAfterIntermediatesEnded() {
            Net net = new Net();
            var gradients = net.call(tensor(5.0)).backward();
            assertEquals(15, gradients.get(net.first.weight).item());
            assertEquals(10, gradients.get(net.second.weight).item());
            assertEquals(1, gradients.get(net.bias).item());
        }

        @Test
        void theCallPathIsTheModulesPlace() {
            Wrapper wrapper = new Wrapper();
            wrapper.call(tensor(1.0));
            assertEquals("net.second", wrapper.net.second.path);
            assertEquals("", CallPath.current());
        }

        @Test
        void errorsNameTheModulesPath() {
            Layer net = new Layer() {
                final Layer mixer = child("mixer", new Layer() {
                    @Override
                    public Tensor forward(Tensor x) {
                        return x.matmul(zeros(4, 4));
                    }
                });

                @Override
                public Tensor forward(Tensor x) {
                    return mixer.call(x);
                }
            };
            Exception error = assertThrows(IllegalArgumentException.class, () -> net.call(zeros(2, 3)));
            assertTrue(String.valueOf(error.getMessage()).contains("(in mixer)"), error.getMessage());
            assertEquals("", CallPath.current());
        }

        @Test
        void movesOnlyToTheDeviceItIsOn() {
            Net net = new Net();
            assertSame(net, net.to(Device.CPU));
            Device gpu = new Device(Device.Type.CUDA, 0);
            assertThrows(UnsupportedOperationException.class, () -> net.to(gpu));
        }

        @Test
        void modeIsSetForTheWholeTree() {
            Net net = new Net();
            assertTrue(net.second.isTraining());
            net.eval();
            assertFalse(net.isTraining() || net.second.isTraining());
            net.train();
            assertTrue(net.isTraining() && net.second.isTraining());
        }
    }

    @Nested
    class State {
        @Test
        void loadCopiesValuesIntoTheSameTensors() {
            Net from = new Net();
            Net to = new Net();
            from.load(new StateDict(new LinkedHashMap<>(Map.of(
                    "bias", tensor(7.0),
                    "first.weight", tensor(8.0),
                    "first.shift", tensor(9.0),
                    "second.weight", tensor(10.0),
                    "second.shift", tensor(11.0)))));
            Tensor bias = to.bias;
            to.load(from.stateDict());
            assertSame(bias, to.stateDict().get("bias"));
            assertEquals(9, to.first.shift.item());
            assertEquals(10, to.second.weight.item());
            assertTrue(to.bias.requiresGrad());
        }

        @Test
        void loadListsAllThatDoesNotFitAndCopiesNothing() {
            Net net = new Net();
            LinkedHashMap<String, Tensor> state = new LinkedHashMap<>();
            state.put("bias", tensor(5.0));
            state.put("first.weight", Tensors.of(new float[] {1, 2}, 2));
            state.put("stranger", tensor(0.0));
            Exception error = assertThrows(IllegalArgumentException.class, () -> net.load(new StateDict(state)));
            assertEquals(
                    "load: the state dict does not fit Net"
                            + "\n  missing: first.shift, second.weight, second.shift"
                            + "\n  unexpected: stranger"
                            + "\n  misshaped: first.weight is [2], should be [1]",
                    error.getMessage());
            assertEquals(1, net.bias.item());
        }

        @Test
        void looseLoadTakesWhatIsThereButNoWrongShape() {
            Net net = new Net();
            net.load(new StateDict(new LinkedHashMap<>(Map.of("bias", tensor(5.0)))), false);
            assertEquals(5, net.bias.item());
            StateDict misshaped = new StateDict(new LinkedHashMap<>(Map.of("bias", zeros(2))));
            assertThrows(IllegalArgumentException.class, () -> net.load(misshaped, false));
        }

        @Test
        void printsTheTreeAsTorchDoes() {
            assertEquals("""
                    Wrapper(
                      (net): Net(
                        (first): Scale(factors=1)
                        (second): Scale(factors=1)
                      )
                    )""", new Wrapper().toString());
        }

        @Test
        void theDigestIsThatOfNamesDtypesShapesAndValues() {
            LinkedHashMap<String, Tensor> state = new LinkedHashMap<>();
            state.put("w", Tensors.of(new float[] {0, 3, 1, 4, 2, 5}, 3, 2).t());
            state.put("n", tensor(7L).squeeze());
            state.put("a.bias", tensor(0.5, -1.0));
            assertEquals(DIGEST, WeightsDigest.sha256(new StateDict(state)));
            assertArrayEquals(
                    new String[] {"w", "n", "a.bias"},
                    new StateDict(state).keys().toArray());
        }

        /** Python: sha256 over struct.pack of a.bias F32 [2], n I64 [], w F32 [2, 3], each led by name and dtype. */
        private static final String DIGEST = "b04be730361ec19c725d98718416da191186e1a86d67c289c848a32a28c55750";
    }
}
