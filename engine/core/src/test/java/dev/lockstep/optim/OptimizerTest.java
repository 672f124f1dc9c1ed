package dev.lockstep.optim;

import static dev.lockstep.tensor.Tensors.manualSeed;
import static dev.lockstep.tensor.Tensors.randn;
import static dev.lockstep.tensor.Tensors.tensor;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.module.StateDict;
import dev.lockstep.tensor.Gradients;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class OptimizerTest {
    private final Tensor p = tensor(1.0, -2.0).asParameter();

    private static Gradients gradient(Tensor parameter, double... values) {
        return Gradients.of(Map.of(parameter, tensor(values)));
    }

    private static void assertClose(double[] expected, Tensor actual) {
        assertArrayEquals(expected, actual.toDoubleArray(), 1e-6);
    }

    @Nested
    class PlainSgd {
        @Test
        void walksAgainstTheGradient() {
            SGD sgd = new SGD(List.of(p), o -> o.lr(0.1));
            sgd.step(gradient(p, 1, 2));
            assertClose(new double[] {0.9, -2.2}, p);
            assertEquals(1, sgd.steps());
        }

        @Test
        void addsTheWeightDecayToTheGradient() {
            new SGD(List.of(p), o -> o.lr(0.1).weightDecay(0.5)).step(gradient(p, 1, 2));
            assertClose(new double[] {1 - 0.1 * 1.5, -2 - 0.1 * 1}, p);
        }
    }

    @Nested
    class Momentum {
        /** Buffers 1, then 0.9 + 1, then 0.81 + 0.9 + 1. */
        @Test
        void startsWithTheRawGradientAndGoesOn() {
            SGD sgd = new SGD(List.of(p), o -> o.lr(0.1).momentum(0.9).dampening(0));
            sgd.step(gradient(p, 1, 0));
            assertClose(new double[] {0.9, -2}, p);
            sgd.step(gradient(p, 1, 0));
            assertClose(new double[] {0.9 - 0.19, -2}, p);
            sgd.step(gradient(p, 1, 0));
            assertClose(new double[] {0.9 - 0.19 - 0.271, -2}, p);
        }

        /** The first buffer is the gradient itself; the second 0.9 + 0.5. */
        @Test
        void dampensAllButTheFirstGradient() {
            SGD sgd = new SGD(List.of(p), o -> o.lr(0.1).momentum(0.9).dampening(0.5));
            sgd.step(gradient(p, 1, 0));
            sgd.step(gradient(p, 1, 0));
            assertClose(new double[] {1 - 0.1 - 0.14, -2}, p);
        }

        /** Nesterov walks g + 0.9 b: 1.9, then 1 + 0.9 * 1.9. */
        @Test
        void looksAheadByNesterov() {
            SGD sgd = new SGD(List.of(p), o -> o.lr(0.1).momentum(0.9).nesterov(true));
            sgd.step(gradient(p, 1, 0));
            sgd.step(gradient(p, 1, 0));
            assertClose(new double[] {1 - 0.19 - 0.271, -2}, p);
        }

        @Test
        void rejectsNesterovWithoutMomentum() {
            assertThrows(IllegalArgumentException.class, () -> new SGD(List.of(p), o -> o.nesterov(true)));
            assertThrows(IllegalArgumentException.class, () -> new SGD(List.of(p), o -> o.lr(-1)));
        }
    }

    @Nested
    class AdamFamily {
        /** In the first step m / c1 = g and v / c2 = g^2, so that each element moves by lr. */
        @Test
        void firstStepMovesByTheLearningRate() {
            new Adam(List.of(p), o -> o.lr(0.1)).step(gradient(p, 3, -0.001));
            assertClose(new double[] {0.9, -1.900001}, p);
        }

        /** PyTorch 2.7.1: w = randn(2, 3) of seed 42, three steps on the sum of squares, lr 0.1, decay 0.01. */
        @Test
        void adamWFollowsTorch() {
            manualSeed(42);
            Tensor w = randn(2, 3).asParameter();
            AdamW adam = new AdamW(List.of(w), o -> o.lr(0.1).weightDecay(0.01));
            for (int step = 0; step < 3; step++) {
                adam.step(w.square().sum().backward());
            }
            float[] torch = {0.04648014f, -0.08760014f, -0.042981256f, -0.046158947f, -0.8211541f, 0.07525359f};
            assertArrayEquals(torch, w.toFloatArray(), 1e-6f);
        }

        /** Ten steps against the formula in double precision. */
        @Test
        void adamFollowsItsFormulaWithDecayInTheGradient() {
            Adam adam = new Adam(
                    List.of(p), o -> o.lr(0.01).betas(0.8, 0.9).eps(1e-6).weightDecay(0.1));
            double x = 1;
            double m = 0;
            double v = 0;
            for (int t = 1; t <= 10; t++) {
                adam.step(gradient(p, t, 0));
                double g = t + 0.1 * x;
                m = 0.8 * m + 0.2 * g;
                v = 0.9 * v + 0.1 * g * g;
                x -= 0.01 * (m / (1 - Math.pow(0.8, t))) / (Math.sqrt(v / (1 - Math.pow(0.9, t))) + 1e-6);
            }
            assertEquals(x, p.toDoubleArray()[0], 1e-5);
        }

        @Test
        void rejectsBetasOutsideOfTheUnitInterval() {
            assertThrows(IllegalArgumentException.class, () -> new Adam(List.of(p), o -> o.betas(1, 0.9)));
            assertThrows(IllegalArgumentException.class, () -> new AdamW(List.of(p), o -> o.eps(-1)));
        }
    }

    @Nested
    class Parameters {
        private final Tensor q = tensor(5.0).asParameter();

        /**
         * With q's gradient absent in the second step, its next step is its second: Adam's bias correction must not run
         * ahead.
         */
        @Test
        void anAbsentGradientSkipsMomentumDecayAndCount() {
            AdamW adam = new AdamW(List.of(p, q), o -> o.lr(0.1).weightDecay(0.5));
            adam.step(gradient(p, 1, 1));
            assertEquals(5, q.item());
            Tensor twin = tensor(5.0).asParameter();
            AdamW other = new AdamW(List.of(twin), o -> o.lr(0.1).weightDecay(0.5));
            for (double g : new double[] {1, 2}) {
                adam.step(gradient(q, g));
                other.step(gradient(twin, g));
            }
            assertEquals(twin.item(), q.item());
        }

        @Test
        void frozenParametersStayAsTheyAre() {
            SGD sgd = new SGD(List.of(p, q), o -> o.lr(0.1).weightDecay(0.5));
            q.requiresGrad(false);
            sgd.step(gradient(p, 1, 1));
            assertEquals(5, q.item());
        }

        @Test
        void groupsHaveTheirOwnOptions() {
            SGD sgd = SGD.ofGroups(List.of(SGD.group(List.of(p), o -> o.lr(0.1)), SGD.group(List.of(q), o -> o.lr(1))));
            sgd.step(Gradients.of(new LinkedHashMap<>(Map.of(p, tensor(1.0, 1.0), q, tensor(1.0)))));
            assertClose(new double[] {0.9, -2.1}, p);
            assertClose(new double[] {4}, q);
        }

        @Test
        void rejectsNoneAndTwice() {
            assertThrows(IllegalArgumentException.class, () -> new SGD(List.of(), o -> o));
            assertThrows(IllegalArgumentException.class, () -> new SGD(List.of(p, q, p), o -> o));
        }

        @Test
        void takesGradientsThatAreViews() {
            Tensor w = Tensors.of(new float[] {0, 0, 0, 0, 0, 0}, 2, 3).asParameter();
            Tensor transposed = Tensors.of(new float[] {1, 4, 2, 5, 3, 6}, 3, 2).t();
            new SGD(List.of(w), o -> o.lr(1)).step(Gradients.of(Map.of(w, transposed)));
            assertArrayEquals(new float[] {-1, -2, -3, -4, -5, -6}, w.toFloatArray());
        }

        @Test
        void stateOutlivesTheScopeOfTheStep() {
            SGD sgd = new SGD(List.of(p), o -> o.lr(0.1).momentum(0.9));
            for (int step = 0; step < 2; step++) {
                try (Scope scope = Scope.open()) {
                    sgd.step(gradient(p, 1, 0));
                    assertEquals(1, scope.size());
                }
            }
            assertClose(new double[] {0.71, -2}, p);
        }
    }

    @Nested
    class Resuming {
        @Test
        void aLoadedStateGoesOnAsIfNothingHadHappened() {
            assertResumes(w -> new AdamW(List.of(w), o -> o.lr(0.1)));
            assertResumes(w -> new SGD(List.of(w), o -> o.lr(0.1).momentum(0.9)));
            assertResumes(w -> new SGD(List.of(w), o -> o.lr(0.1)).schedule(Schedule.stepLr(2, 0.5)));
        }

        private void assertResumes(Function<Tensor, Optimizer> make) {
            Tensor straight = tensor(1.0, -2.0).asParameter();
            Optimizer whole = make.apply(straight);
            for (int step = 0; step < 4; step++) {
                whole.step(gradient(straight, step, 1));
            }
            Tensor broken = tensor(1.0, -2.0).asParameter();
            Optimizer before = make.apply(broken);
            before.step(gradient(broken, 0, 1));
            before.step(gradient(broken, 1, 1));
            Optimizer after = make.apply(broken);
            after.load(before.stateDict());
            after.step(gradient(broken, 2, 1));
            after.step(gradient(broken, 3, 1));
            assertArrayEquals(straight.toFloatArray(), broken.toFloatArray());
            assertEquals(whole.stateDict().keys(), after.stateDict().keys());
        }

        @Test
        void keysAreTorchsNamesByIndex() {
            AdamW adam = new AdamW(List.of(p), o -> o);
            assertEquals(List.of("steps"), List.copyOf(adam.stateDict().keys()));
            adam.step(gradient(p, 1, 1));
            assertEquals(
                    List.of("steps", "state.0.step", "state.0.exp_avg", "state.0.exp_avg_sq"),
                    List.copyOf(adam.stateDict().keys()));
        }

        @Test
        void rejectsAStateThatDoesNotFit() {
            AdamW adam = new AdamW(List.of(p), o -> o);
            adam.step(gradient(p, 1, 1));
            StateDict state = adam.stateDict();
            Tensor other = tensor(1.0).asParameter();
            assertRejected(new AdamW(List.of(other), o -> o), state, "exp_avg is F32[2], the parameter F32[1]");
            assertRejected(new SGD(List.of(p), o -> o.momentum(0.9)), state, "expected [momentum_buffer]");
            assertRejected(adam, new StateDict(new LinkedHashMap<>()), "no key 'steps'");
            LinkedHashMap<String, Tensor> more = new LinkedHashMap<>(state.tensors());
            more.put("state.7.exp_avg", tensor(1.0));
            assertRejected(adam, new StateDict(more), "unexpected keys in the state dict: [state.7.exp_avg]");
        }

        private void assertRejected(Optimizer optimizer, StateDict state, String part) {
            Exception error = assertThrows(IllegalArgumentException.class, () -> optimizer.load(state));
            assertTrue(String.valueOf(error.getMessage()).contains(part), error.getMessage());
        }
    }

    @Nested
    class Rates {
        @Test
        void theScheduleScalesEachStepsRate() {
            Optimizer sgd = new SGD(List.of(p), o -> o.lr(0.1)).schedule(step -> step == 0 ? 1 : 10);
            assertEquals(0.1, sgd.learningRate());
            sgd.step(gradient(p, 1, 0));
            assertEquals(1, sgd.learningRate());
            sgd.step(gradient(p, 1, 0));
            assertClose(new double[] {-0.1, -2}, p);
        }

        @Test
        void aLargeParameterIsUpdatedInPiecesInAnyOrder() {
            int count = 100_001;
            Tensor large = Tensors.zeros(count).asParameter();
            float[] numbers = new float[count];
            for (int i = 0; i < count; i++) {
                numbers[i] = i;
            }
            Gradients gradients = Gradients.of(Map.of(large, Tensors.tensor(numbers)));
            List<Integer> order = new ArrayList<>();
            new SGD(List.of(large), o -> o.lr(0.5)).apply(gradients, (pieces, body) -> {
                for (int i = pieces - 1; i >= 0; i--) {
                    order.add(i);
                    body.accept(i);
                }
            });
            assertEquals(List.of(3, 2, 1, 0), order);
            float[] updated = large.toFloatArray();
            for (int i = 0; i < count; i++) {
                assertEquals(0f - 0.5f * i, updated[i]);
            }
        }

        @Test
        void directStepsCanBeRefusedButATrainersCannot() {
            SGD sgd = new SGD(List.of(p), o -> o.lr(0.1));
            Optimizer.refuseDirectSteps("use trainer.step");
            try {
                Exception error = assertThrows(IllegalStateException.class, () -> sgd.step(gradient(p, 1, 0)));
                assertEquals("use trainer.step", error.getMessage());
                sgd.apply(gradient(p, 1, 0), UpdateLoop.SEQUENTIAL);
                assertFalse(p.toDoubleArray()[0] == 1);
            } finally {
                Optimizer.allowDirectSteps();
            }
            sgd.step(gradient(p, 1, 0));
        }
    }
}
