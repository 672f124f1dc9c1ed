package dev.lockstep.testkit.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lockstep.layout.DType;
import dev.lockstep.tensor.Autograd;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Compares gradients of gradients with central differences of the gradients, in f64. The loss is the sum of the squared
 * outputs, times weights, since of a linear function nothing would remain.
 */
final class SecondDerivatives {
    private static final double STEP = 1e-6;

    /** Central differences of step h err by about h^2 f''' / 6 and by 1e-16 / h of rounding. */
    private static final double TOLERANCE = 2e-6;

    /** How many elements of an input are moved at least, if it has them. */
    private static final int DIFFERENCES = 4;

    private final GoldenCase golden;
    private final Function<List<Tensor>, ?> function;

    SecondDerivatives(GoldenCase golden, Function<List<Tensor>, ?> function) {
        this.golden = golden;
        this.function = function;
    }

    /** Checks the gradient of a fixed combination of all gradients. */
    void check() {
        List<Tensor> inputs = inputs(-1, 0, 0);
        List<Tensor> leaves = leaves(inputs);
        Optional<Tensor> slope = slope(inputs, true);
        if (slope.isEmpty() || !slope.get().requiresGrad()) {
            return;
        }
        List<Optional<Tensor>> second = Autograd.grad(List.of(slope.get()), List.of(), leaves, o -> o);
        int next = 0;
        for (int index : golden.gradients().keySet()) {
            compare(index, second.get(next++));
        }
    }

    private void compare(int index, Optional<Tensor> second) {
        int count = golden.inputs().get(index).numbers().length;
        double[] analytic = second.map(Tensor::toDoubleArray).orElseGet(() -> new double[count]);
        for (int k = 0; k < count; k += Math.max(1, count / DIFFERENCES)) {
            double numeric = (shifted(index, k, STEP) - shifted(index, k, -STEP)) / (2 * STEP);
            double limit = TOLERANCE * Math.max(1, Math.abs(numeric));
            assertEquals(
                    numeric, analytic[k], limit, golden.name() + ": second derivative, input " + index + " at " + k);
        }
    }

    private double shifted(int which, int element, double step) {
        try (var _ = Scope.open("difference")) {
            return slope(inputs(which, element, step), false).map(Tensor::item).orElse(0.0);
        }
    }

    /** Combines the gradients of the loss; empty if there is none. */
    private Optional<Tensor> slope(List<Tensor> inputs, boolean createGraph) {
        List<Tensor> squares = OracleContract.flat(function.apply(inputs)).stream()
                .filter(output -> output.dtype().isFloating() && output.requiresGrad())
                .map(Tensor::square)
                .toList();
        if (squares.isEmpty()) {
            return Optional.empty();
        }
        List<Optional<Tensor>> first = Autograd.grad(
                List.of(Golden.total(squares)), List.of(), leaves(inputs), o -> o.createGraph(createGraph));
        return first.stream()
                .flatMap(Optional::stream)
                .map(gradient -> gradient.mul(Golden.weights(gradient)).sum())
                .reduce(Tensor::add);
    }

    private List<Tensor> leaves(List<Tensor> inputs) {
        return golden.gradients().keySet().stream().map(inputs::get).toList();
    }

    private List<Tensor> inputs(int which, int element, double step) {
        List<Tensor> inputs = new ArrayList<>();
        for (int i = 0; i < golden.inputs().size(); i++) {
            GoldenTensor input = golden.inputs().get(i);
            double[] numbers = input.numbers().clone();
            if (i == which) {
                numbers[element] += step;
            }
            DType dtype = input.dtype().isFloating() ? DType.F64 : input.dtype();
            Tensor tensor = Tensors.of(numbers, dtype, input.shape().toArray());
            inputs.add(golden.gradients().containsKey(i) ? tensor.requiresGrad(true) : tensor);
        }
        return inputs;
    }
}
