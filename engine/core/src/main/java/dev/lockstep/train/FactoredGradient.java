package dev.lockstep.train;

import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * A gradient that {@link PowerSgd} compresses, and where the plan has what it crosses virtual ranks as.
 *
 * @param name the parameter's state-dict key
 * @param shape the parameter's shape
 * @param rank the number of columns of both factors
 * @param gradient the index of the gradient in the plan
 * @param left the index of P, the first factor; Q follows it, and the matrix itself follows Q
 */
record FactoredGradient(String name, Shape shape, int rank, int gradient, int left) {
    private static final int TENSORS = 3;

    /** {@return those of a plan's gradients that the hook compresses; their factors follow the plan's tensors} */
    static List<FactoredGradient> of(List<TensorSpec> specs, CommHook hook) {
        if (!(hook instanceof PowerSgd powerSgd)) {
            return List.of();
        }
        List<FactoredGradient> factored = new ArrayList<>();
        for (int i = 0; i < specs.size(); i++) {
            TensorSpec spec = specs.get(i);
            int rank = powerSgd.rankOf(spec.shape(), spec.dtype());
            if (spec.role() == TensorSpec.Role.GRADIENT && rank > 0) {
                int left = specs.size() + TENSORS * factored.size();
                factored.add(new FactoredGradient(spec.name(), spec.shape(), rank, i, left));
            }
        }
        return factored;
    }

    /** {@return the index of Q, the second factor} */
    int right() {
        return left + 1;
    }

    /** {@return the index of the matrix: what a virtual rank is to compress, or what it left out} */
    int matrix() {
        return left + 2;
    }

    int rows() {
        return Math.toIntExact(shape.size(0));
    }

    int columns() {
        return Math.toIntExact(shape.elements() / rows());
    }

    /** {@return what the plan says of the factors and the matrix, in order} */
    List<TensorSpec> specs() {
        return List.of(
                spec(" (P)", rows(), rank, TensorSpec.Role.FACTOR),
                spec(" (Q)", columns(), rank, TensorSpec.Role.FACTOR),
                spec(" (left out)", rows(), columns(), TensorSpec.Role.RANK_STATE));
    }

    private TensorSpec spec(String what, int rows, int columns, TensorSpec.Role role) {
        return new TensorSpec(name + what, Shape.of(rows, columns), DType.F32, role);
    }
}
