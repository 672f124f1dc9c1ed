package dev.lockstep.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.layout.DType;
import dev.lockstep.tensor.Generator;
import dev.lockstep.tensor.Gradients;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Compares gradients with central differences in f64. The result is weighted by fixed random numbers, so that rows
 * matter.
 */
final class GradientCheck {
    private static final double STEP = 1e-6;
    /** Central differences of step h err by about h^2 f''' / 6 and by 1e-16 / h of rounding. */
    private static final double TOLERANCE = 2e-7;

    private GradientCheck() {}

    /** Makes a leaf of normal numbers. */
    static Tensor leaf(long seed, long... sizes) {
        return leafOf(numbers(seed, sizes), sizes);
    }

    /** Makes a leaf of numbers in (0.5, 1.5). */
    static Tensor positive(long seed, long... sizes) {
        double[] numbers = numbers(seed, sizes);
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = 1 + 0.5 * Math.tanh(numbers[i]);
        }
        return leafOf(numbers, sizes);
    }

    static Tensor leafOf(double[] numbers, long... sizes) {
        return Tensors.of(numbers, DType.F64, sizes).requiresGrad(true);
    }

    private static double[] numbers(long seed, long... sizes) {
        Generator generator = new Generator(seed);
        long count = 1;
        for (long size : sizes) {
            count *= size;
        }
        double[] numbers = new double[(int) count];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = generator.nextNormal();
        }
        return numbers;
    }

    /** Checks the gradient of every leaf. */
    static void check(Function<List<Tensor>, Tensor> function, Tensor... leaves) {
        List<Tensor> inputs = List.of(leaves);
        try (Scope _ = Scope.open()) {
            Gradients gradients = loss(function, inputs).backward();
            for (int i = 0; i < leaves.length; i++) {
                if (!leaves[i].requiresGrad()) {
                    continue;
                }
                assertTrue(gradients.contains(leaves[i]), "input " + i + " got no gradient");
                assertEquals(leaves[i].shape(), gradients.get(leaves[i]).shape());
                double[] analytic = gradients.get(leaves[i]).toDoubleArray();
                double[] numeric = differences(function, inputs, i);
                for (int k = 0; k < numeric.length; k++) {
                    double allowed = TOLERANCE * Math.max(1, Math.abs(numeric[k]));
                    assertEquals(numeric[k], analytic[k], allowed, "input " + i + ", element " + k);
                }
            }
        }
    }

    /**
     * Checks first gradients, and the gradients of the gradients of the squared result (squared, since many ops are
     * linear).
     */
    static void checkTwice(Function<List<Tensor>, Tensor> function, Tensor... leaves) {
        check(function, leaves);
        check(
                inputs -> {
                    Gradients first = weighted(function.apply(inputs).square()).backward(o -> o.createGraph(true));
                    List<Tensor> sums = new ArrayList<>();
                    for (Tensor input : inputs) {
                        if (input.requiresGrad()) {
                            sums.add(weighted(first.get(input)));
                        }
                    }
                    return Tensors.stack(sums, 0);
                },
                leaves);
    }

    private static Tensor loss(Function<List<Tensor>, Tensor> function, List<Tensor> inputs) {
        return weighted(function.apply(inputs));
    }

    private static Tensor weighted(Tensor result) {
        Tensor weights = Tensors.of(
                numbers(99, result.shape().toArray()), DType.F64, result.shape().toArray());
        return result.mul(weights).sum();
    }

    private static double[] differences(Function<List<Tensor>, Tensor> function, List<Tensor> inputs, int which) {
        double[] at = inputs.get(which).toDoubleArray();
        double[] slopes = new double[at.length];
        for (int k = 0; k < at.length; k++) {
            slopes[k] = (shifted(function, inputs, which, k, STEP) - shifted(function, inputs, which, k, -STEP))
                    / (2 * STEP);
        }
        return slopes;
    }

    private static double shifted(
            Function<List<Tensor>, Tensor> function, List<Tensor> inputs, int which, int element, double step) {
        try (Scope _ = Scope.open()) {
            double[] moved = inputs.get(which).toDoubleArray();
            moved[element] += step;
            List<Tensor> copy = new ArrayList<>(inputs);
            copy.set(which, leafOf(moved, inputs.get(which).shape().toArray()));
            return loss(function, copy).item();
        }
    }
}
