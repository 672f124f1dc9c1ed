package dev.lockstep.autograd;

import static dev.lockstep.tensor.Tensors.noGrad;
import static dev.lockstep.tensor.Tensors.ones;
import static dev.lockstep.tensor.Tensors.tensor;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.CustomOp;
import dev.lockstep.backend.op.Elementwise.BinaryScalar;
import dev.lockstep.tensor.Gradients;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class GraphTest {
    private final Scope scope = Scope.open("test");
    private final Tensor x = tensor(1.0, 2, 3).requiresGrad(true);

    @AfterEach
    void closeScope() {
        scope.close();
    }

    @Nested
    class Walking {
        @Test
        void contributionsToOneLeafAddUp() {
            Gradients gradients = x.mul(x).add(x).sum().backward();
            assertArrayEquals(new float[] {3, 5, 7}, gradients.get(x).toFloatArray());
        }

        @Test
        void aSecondWalkSaysHowToAllowIt() {
            Tensor loss = x.square().sum();
            loss.backward();
            var error = assertThrows(IllegalStateException.class, loss::backward);
            assertTrue(error.getMessage().contains("retainGraph"), error.getMessage());
        }

        @Test
        void aRetainedGraphIsWalkedAgain() {
            Tensor loss = x.square().sum();
            Gradients first = loss.backward(o -> o.retainGraph(true));
            Gradients second = loss.backward();
            assertArrayEquals(first.get(x).toFloatArray(), second.get(x).toFloatArray());
        }

        @Test
        void severalElementsNeedAGradient() {
            assertThrows(IllegalStateException.class, () -> x.square().backward());
            Gradients gradients = x.square().backward(tensor(1.0, 0, 2), o -> o);
            assertArrayEquals(new float[] {2, 0, 12}, gradients.get(x).toFloatArray());
        }

        @Test
        void aTensorWithoutHistoryHasNothingToWalk() {
            assertThrows(IllegalStateException.class, () -> ones(1).backward());
            assertThrows(
                    IllegalStateException.class, () -> noGrad(() -> x.sum()).backward());
            assertThrows(IllegalStateException.class, () -> x.detach().sum().backward());
        }

        @Test
        void aLeafIsItsOwnGradient() {
            Tensor leaf = tensor(5.0).requiresGrad(true);
            assertEquals(1, leaf.backward().get(leaf).item());
        }

        @Test
        void aDeepGraphNeedsNoDeepStack() {
            Tensor deep = x;
            for (int i = 0; i < 20_000; i++) {
                deep = deep.add(0.0);
            }
            assertArrayEquals(
                    new float[] {1, 1, 1}, deep.sum().backward().get(x).toFloatArray());
        }

        @Test
        void aLeafsGradientIsToldAsSoonAsItIsComplete() {
            Tensor w = tensor(2.0).requiresGrad(true);
            List<Leaf> told = new ArrayList<>();
            Tensor loss = x.mul(w).tanh().mul(w).sum();
            loss.backward(o -> o.listener((leaf, gradient) -> told.add(leaf)));
            assertEquals(2, told.size());
        }

        @Test
        void gradientsOfSharedLeavesOnTwoThreadsAreThoseOfOne() throws InterruptedException {
            float[] alone = x.square().mul(x).sum().backward().get(x).toFloatArray();
            List<float[]> found = new ArrayList<>();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                threads.add(new Thread(() -> {
                    for (int k = 0; k < 200; k++) {
                        try (Scope _ = Scope.open()) {
                            float[] mine =
                                    x.square().mul(x).sum().backward().get(x).toFloatArray();
                            synchronized (found) {
                                found.add(mine);
                            }
                        }
                    }
                }));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(400, found.size());
            found.forEach(one -> assertArrayEquals(alone, one));
        }
    }

    @Nested
    class Versions {
        @Test
        void aSavedValueThatWasOverwrittenIsNoticed() {
            Tensor y = x.exp();
            Tensor loss = y.sum();
            noGrad(() -> y.mul_(2));
            var error = assertThrows(IllegalStateException.class, loss::backward);
            assertTrue(error.getMessage().contains("modified by an in-place operation"), error.getMessage());
            assertTrue(error.getMessage().contains("exp"), error.getMessage());
        }

        @Test
        void aWriteThroughAViewIsNoticed() {
            Tensor data = tensor(1.0, 2, 3);
            Tensor loss = x.mul(data).sum();
            data.select(0, 1).fill_(7);
            assertThrows(IllegalStateException.class, loss::backward);
        }

        @Test
        void aWriteToWhatNobodySavedIsFine() {
            Tensor y = x.add(1.0);
            Tensor loss = y.sum();
            noGrad(() -> y.mul_(2));
            assertEquals(1, loss.backward().get(x).select(0, 0).item());
        }
    }

    @Nested
    class InPlace {
        @Test
        void aLeafIsWrittenOnlyWithoutRecording() {
            assertThrows(IllegalStateException.class, () -> x.add_(1));
            noGrad(() -> x.add_(1));
            assertArrayEquals(new float[] {2, 3, 4}, x.toFloatArray());
            assertTrue(x.isLeaf());
        }

        @Test
        void aRecordedWriteTakesPartInTheGradient() {
            Tensor y = x.add(1.0);
            y.mul_(x);
            assertArrayEquals(new float[] {2, 6, 12}, y.toFloatArray());
            assertArrayEquals(new float[] {3, 5, 7}, y.sum().backward().get(x).toFloatArray());
        }

        @Test
        void aBufferThatReceivesARecordedValueIsRecorded() {
            Tensor buffer = ones(3);
            buffer.copy_(x);
            assertTrue(buffer.requiresGrad());
            assertArrayEquals(
                    new float[] {1, 1, 1}, buffer.sum().backward().get(x).toFloatArray());
        }
    }

    @Nested
    class Mode {
        @Test
        void isThreadsOwnAndNests() {
            try (GradMode.Restore _ = GradMode.noGrad()) {
                assertFalse(x.square().requiresGrad());
                try (GradMode.Restore _ = GradMode.enableGrad()) {
                    assertTrue(x.square().requiresGrad());
                }
                assertFalse(GradMode.isEnabled());
            }
            assertTrue(GradMode.isEnabled());
        }

        @Test
        void onlyFloatingLeavesRequireGradients() {
            assertThrows(IllegalStateException.class, () -> tensor(1).requiresGrad(true));
            assertThrows(IllegalStateException.class, () -> x.square().requiresGrad(false));
        }
    }

    /** Doubles, with a gradient that says so. */
    private record Twice() implements CustomOp {
        @Override
        public Value[] forward(Backend backend, Value... inputs) {
            return backend.execute(new BinaryScalar(BinaryKind.MUL, 2, false), inputs);
        }

        @Override
        public @Nullable Value[] backward(
                Backend backend, List<Value> inputs, List<Value> outputs, @Nullable Value[] gradients) {
            Value gradient = gradients[0];
            return gradient == null
                    ? new @Nullable Value[1]
                    : backend.execute(new BinaryScalar(BinaryKind.MUL, 2, false), gradient);
        }
    }

    @Test
    void aUsersOpBringsItsGradient() {
        Tensor y = Tensors.execute(new Twice(), x).get(0);
        assertArrayEquals(
                new float[] {4, 8, 12},
                y.square().sum().backward().get(x).mul(0.5).toFloatArray());
    }
}
