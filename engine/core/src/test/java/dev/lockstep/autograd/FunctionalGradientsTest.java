package dev.lockstep.autograd;

import static dev.lockstep.tensor.Tensors.tensor;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.layout.Shape;
import dev.lockstep.tensor.Autograd;
import dev.lockstep.tensor.Gradients;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Gradients as functions, hooks, checkpoints, anomalies; numbers by hand. */
class FunctionalGradientsTest {
    private final Scope scope = Scope.open("test");
    private final Tensor x = tensor(1.0, 2, 3).requiresGrad(true);

    @AfterEach
    void closeScope() {
        scope.close();
    }

    private static float[] numbers(Tensor tensor) {
        return tensor.toFloatArray();
    }

    @Nested
    class Grad {
        @Test
        void ofLeavesAndOfWhatWasComputed() {
            Tensor y = x.square();
            Tensor z = y.mul(3L).sum();
            List<Tensor> gradients = Autograd.grad(z, x, y);
            assertArrayEquals(new float[] {6, 12, 18}, numbers(gradients.get(0)));
            assertArrayEquals(new float[] {3, 3, 3}, numbers(gradients.get(1)));
        }

        @Test
        void ofSeveralOutputsWithGradientsOfTheirOwn() {
            List<Optional<Tensor>> found = Autograd.grad(
                    List.of(x.square(), x.mul(2L)),
                    List.of(tensor(1.0, 0, 0), tensor(0.0, 1, 1)),
                    List.of(x),
                    UnaryOperator.identity());
            assertArrayEquals(new float[] {2, 2, 2}, numbers(found.getFirst().orElseThrow()));
        }

        @Test
        void anInputThatIsNotUsedIsEmptyOrAnError() { // allowUnused
            Tensor other = tensor(1.0).requiresGrad(true);
            List<Optional<Tensor>> found =
                    Autograd.grad(List.of(x.sum()), List.of(), List.of(other, x), UnaryOperator.identity());
            assertTrue(found.get(0).isEmpty());
            assertTrue(found.get(1).isPresent());
            assertThrows(IllegalArgumentException.class, () -> Autograd.grad(x.sum(), other));
        }

        @Test
        void ofGradients() {
            Tensor cube = x.mul(x).mul(x).sum();
            Tensor first = Autograd.grad(List.of(cube), List.of(), List.of(x), o -> o.createGraph(true))
                    .getFirst()
                    .orElseThrow();
            assertArrayEquals(new float[] {3, 12, 27}, numbers(first));
            assertArrayEquals(
                    new float[] {6, 12, 18},
                    numbers(Autograd.grad(first.sum(), x).getFirst()));
        }

        @Test
        void anOutputThatIsALeafCountsAsWell() {
            Tensor leaf = tensor(5.0).requiresGrad(true);
            assertEquals(1, Autograd.grad(leaf, leaf).getFirst().item());
        }
    }

    @Nested
    class Derivatives {
        @Test
        void vjpMultipliesFromTheLeft() {
            Tensor product = Autograd.vjp(Tensor::square, tensor(1.0, 2), tensor(3.0, 5));
            assertArrayEquals(new float[] {6, 20}, numbers(product));
        }

        @Test
        void jvpMultipliesFromTheRight() {
            Tensor matrix = Tensors.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
            Tensor product = Autograd.jvp(v -> matrix.mv(v).square(), tensor(1.0, 0, 0), tensor(0.0, 1, 0));
            assertArrayEquals(new float[] {2 * 1 * 2, 2 * 4 * 5}, numbers(product));
        }

        @Test
        void vjpOfSeveralTensorsIsRecorded() {
            Tensor y = tensor(2.0, 2, 2).requiresGrad(true);
            List<Tensor> gradients = Autograd.vjp(
                    in -> List.of(in.get(0).mul(in.get(1)).square(), in.get(0)),
                    List.of(x, y),
                    List.of(Tensors.ones(3), Tensors.ones(3)));
            assertArrayEquals(new float[] {9, 17, 25}, numbers(gradients.get(0))); // 2 x y^2 + 1
            assertArrayEquals(new float[] {4, 16, 36}, numbers(gradients.get(1))); // 2 x^2 y
            assertArrayEquals(
                    new float[] {8, 8, 8},
                    numbers(Autograd.grad(gradients.get(0).sum(), x).getFirst()));
        }

        @Test
        void jacobianHasTheShapesOfBoth() {
            Tensor jacobian =
                    Autograd.jacobian(v -> v.unsqueeze(0).mul(tensor(2.0, 3).unsqueeze(1)), tensor(1.0, 1));
            assertEquals(Shape.of(2, 2, 2), jacobian.shape());
            assertArrayEquals(new float[] {2, 0, 0, 2, 3, 0, 0, 3}, numbers(jacobian));
        }

        @Test
        void hessianOfAQuadraticFormIsItsMatrix() {
            Tensor hessian = Autograd.hessian(
                    v -> v.select(0, 0).square().mul(3L).add(v.select(0, 0).mul(v.select(0, 1))), tensor(1.0, 2));
            assertArrayEquals(new float[] {6, 1, 1, 0}, numbers(hessian));
        }

        @Test
        void ofALinearFunctionTheHessianIsZero() {
            assertArrayEquals(new float[4], numbers(Autograd.hessian(Tensor::sum, tensor(1.0, 2))));
        }
    }

    @Nested
    class HookOrder {
        @Test
        void registerHookSeesTheSumOfAllContributions() {
            List<float[]> seen = new ArrayList<>();
            Tensor y = x.mul(2L);
            y.registerHook(gradient -> {
                seen.add(numbers(gradient));
                return gradient;
            });
            y.add(y).sum().backward();
            assertEquals(1, seen.size());
            assertArrayEquals(new float[] {2, 2, 2}, seen.getFirst());
        }

        @Test
        void whatAHookGivesGoesOn() {
            Tensor y = x.mul(2L);
            y.registerHook(gradient -> gradient.mul(10L));
            x.registerHook(gradient -> gradient.add(1L));
            assertArrayEquals(
                    new float[] {21, 21, 21}, numbers(y.sum().backward().get(x)));
        }

        @Test
        void aHookThatWasTakenOffIsSilent() {
            x.registerHook(gradient -> gradient.mul(0L)).close();
            assertArrayEquals(new float[] {1, 1, 1}, numbers(x.sum().backward().get(x)));
        }

        @Test
        void aHookMustKeepTheShape() {
            x.registerHook(Tensor::sum);
            assertThrows(IllegalArgumentException.class, () -> x.square().sum().backward());
        }

        @Test
        void withoutAGradientThereIsNoHook() {
            assertThrows(IllegalStateException.class, () -> tensor(1.0).registerHook(g -> g));
        }
    }

    @Nested
    class Checkpoints {
        private final Tensor weight = tensor(2.0, 3, 4).requiresGrad(true);

        private Tensor block(List<Tensor> in) {
            return in.get(0).mul(weight).sin().mul(in.get(0));
        }

        @Test
        void checkpointGivesTheSameValuesAndGradients() {
            Gradients plain = block(List.of(x)).sum().backward();
            Tensor kept = Autograd.checkpoint(this::block, x);
            Gradients again = kept.sum().backward();
            assertArrayEquals(numbers(block(List.of(x))), numbers(kept));
            assertArrayEquals(numbers(plain.get(x)), numbers(again.get(x)));
            assertArrayEquals(numbers(plain.get(weight)), numbers(again.get(weight)));
        }

        @Test
        void randomNumbersAreTheSameBothTimes() {
            Tensor ones = Tensors.ones(1000).requiresGrad(true);
            Tensor dropped = Autograd.checkpoint(in -> in.get(0).dropout(0.5), ones);
            assertArrayEquals(numbers(dropped), numbers(dropped.sum().backward().get(ones)));
        }

        @Test
        void insideOfAGraphGradientsGoThrough() {
            Tensor y = Autograd.checkpoint(this::block, x.square()).square().sum();
            Tensor z = block(List.of(x.square())).square().sum();
            assertArrayEquals(numbers(z.backward().get(x)), numbers(y.backward().get(x)));
        }

        @Test
        void hasSecondDerivatives() {
            Tensor one = x.square();
            Tensor other = x.square();
            float[] plain = second(block(List.of(one)), one);
            float[] again = second(Autograd.checkpoint(this::block, other), other);
            for (int i = 0; i < plain.length; i++) {
                assertEquals(1, again[i] / plain[i], 1e-5);
            }
        }

        /** The gradients of x and the weight of the sum of the squared gradient for what the block has seen. */
        private float[] second(Tensor result, Tensor seen) {
            Tensor first = Autograd.grad(
                            List.of(result.square().sum()), List.of(), List.of(seen), o -> o.createGraph(true))
                    .getFirst()
                    .orElseThrow();
            return numbers(Tensors.cat(Autograd.grad(first.square().sum(), x, weight), 0));
        }

        @Test
        void thirdDerivativesComeFromTheSameRule() {
            Tensor hessian = Autograd.hessian(
                    at -> Autograd.grad(
                                    List.of(Autograd.checkpoint(in -> in.get(0).pow(4L), at)
                                            .sum()),
                                    List.of(),
                                    List.of(at),
                                    o -> o.createGraph(true))
                            .getFirst()
                            .orElseThrow()
                            .sum(),
                    tensor(2.0));
            assertEquals(24 * 2, hessian.item(), 1e-4);
        }

        @Test
        void withoutGradientsItIsTheFunction() {
            Tensor y = Tensors.noGrad(() -> Autograd.checkpoint(this::block, x));
            assertFalse(y.requiresGrad());
        }
    }

    @Nested
    class Anomalies {
        @Test
        void detectAnomalyNamesTheOpAndWhereItWasMade() {
            Tensor zero = tensor(0.0).requiresGrad(true);
            try (var _ = AnomalyMode.detect()) {
                Tensor loss = zero.sqrt().mul(0L).sum();
                var error = assertThrows(ArithmeticException.class, loss::backward);
                assertTrue(error.getMessage().contains("sqrt"), error.getMessage());
                assertTrue(error.getCause().getStackTrace().length > 0);
            }
        }

        @Test
        void elsewhereNaNIsANumberLikeAnyOther() {
            Tensor zero = tensor(0.0).requiresGrad(true);
            Gradients gradients = zero.sqrt().mul(0L).sum().backward();
            assertTrue(Double.isNaN(gradients.get(zero).item()));
        }
    }
}
