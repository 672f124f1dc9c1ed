package dev.lockstep.train;

import dev.lockstep.autograd.GradMode;
import dev.lockstep.backend.Value;
import dev.lockstep.layout.VirtualRanks;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * One step of {@link PowerSgd}: two reductions, of P with all that is not compressed, and of Q. Leaves of either may be
 * computed on any thread, and again; the state goes on only in {@link #finish}.
 */
final class PowerSgdStep implements AutoCloseable {
    private final PowerSgdState state;
    private final StateIndex index;
    private final IntFunction<NodeSum> leaf;
    private final List<Value> rights = new ArrayList<>();
    private final List<@Nullable Value> lefts = new ArrayList<>();

    /**
     * Begins a step.
     *
     * @param leaf computes what a virtual rank contributes, not compressed
     */
    PowerSgdStep(PowerSgdState state, long step, IntFunction<NodeSum> leaf) {
        this.state = state;
        this.index = state.index();
        this.leaf = leaf;
        try (var _ = Scope.open("PowerSGD");
                var _ = GradMode.noGrad()) {
            for (FactoredGradient gradient : index.factored()) {
                rights.add(orthonormal(state.right(gradient, step)));
            }
        }
    }

    private Value orthonormal(Tensor matrix) {
        float[] elements = matrix.toFloatArray();
        Orthonormal.columns(elements, (int) matrix.size(1), state.options().orthogonalizationEpsilon());
        return Leaves.own(Tensors.of(elements, matrix.size(0), matrix.size(1)));
    }

    /** {@return what a virtual rank contributes to the first reduction: P, and all that is not compressed} */
    NodeSum first(int virtualRank) {
        try (NodeSum whole = leaf.apply(virtualRank);
                var _ = Scope.open("PowerSGD");
                var _ = GradMode.noGrad()) {
            List<@Nullable Value> crossing = copies(whole);
            List<@Nullable Value> matrices = index.absent();
            for (int k = 0; k < rights.size(); k++) {
                FactoredGradient gradient = index.factored().get(k);
                Value found = crossing.set(gradient.gradient(), null);
                if (found != null) {
                    Tensor matrix = fed(virtualRank, gradient, found);
                    matrices.set(gradient.matrix(), Leaves.own(matrix));
                    crossing.set(gradient.left(), Leaves.own(matrix.matmul(tensor(rights.get(k)))));
                }
            }
            state.putInput(new NodeSum(whole.node(), matrices, null));
            return new NodeSum(whole.node(), crossing, whole.scalars().orElse(null));
        }
    }

    private static List<@Nullable Value> copies(NodeSum sum) {
        List<@Nullable Value> copies = new ArrayList<>();
        for (int i = 0; i < sum.count(); i++) {
            Value value = sum.tensor(i);
            copies.add(value == null ? null : value.alias());
        }
        return copies;
    }

    /** {@return the gradient as a matrix, with what the last step left out of it} Takes the gradient over. */
    private Tensor fed(int virtualRank, FactoredGradient gradient, Value found) {
        Tensor matrix = Tensor.wrap(found).reshape(gradient.rows(), gradient.columns());
        if (!state.options().useErrorFeedback()) {
            return matrix;
        }
        return state.leftOut(virtualRank, gradient)
                .map(left -> matrix.add(tensor(left)))
                .orElse(matrix);
    }

    /** Takes the sum of the first reduction. */
    void between(NodeSum sum) {
        try (var _ = Scope.open("PowerSGD");
                var _ = GradMode.noGrad()) {
            for (FactoredGradient gradient : index.factored()) {
                Value left = sum.tensor(gradient.left());
                lefts.add(left == null ? null : orthonormal(tensor(left)));
            }
        }
        if (state.options().useErrorFeedback()) {
            state.share();
        }
    }

    /** {@return what a virtual rank contributes to the second reduction: Q} */
    NodeSum second(int virtualRank) {
        if (state.input(virtualRank).isEmpty()) {
            first(virtualRank).close(); // It was another worker's when the first reduction was made.
        }
        try (var _ = Scope.open("PowerSGD");
                var _ = GradMode.noGrad()) {
            NodeSum input = state.input(virtualRank).orElseThrow();
            List<@Nullable Value> crossing = index.absent();
            for (int k = 0; k < rights.size(); k++) {
                FactoredGradient gradient = index.factored().get(k);
                Value matrix = input.tensor(gradient.matrix());
                if (matrix != null) {
                    crossing.set(gradient.right(), Leaves.own(right(matrix, k)));
                }
            }
            return new NodeSum(input.node(), crossing, null);
        }
    }

    /** {@return M^T P of a matrix of the k-th gradient} */
    private Tensor right(Value matrix, int k) {
        return tensor(matrix).t().matmul(left(k));
    }

    private Tensor left(int k) {
        Value left = lefts.get(k);
        if (left == null) {
            throw new AssertionError("a matrix of " + index.factored().get(k).name() + " without a sum");
        }
        return tensor(left);
    }

    private static Tensor tensor(Value value) {
        return Tensor.wrap(value.alias());
    }

    /** {@return the step's sum, gradients put together again; owned by the caller} */
    NodeSum finish(NodeSum first, NodeSum second, ComputeThreads threads) {
        List<Integer> here = state.inputRanks();
        if (state.options().useErrorFeedback()) {
            List<NodeSum> next = new ArrayList<>(here.stream()
                    .map(virtualRank -> state.input(virtualRank).orElseThrow())
                    .toList());
            threads.run(next.size(), i -> next.set(i, leftOut(next.get(i))));
            next.forEach(state::putState);
            if (!state.options().keepsReplicas()) {
                state.retain(here::contains); // Others were loaded, and are of an older step from now on.
            }
        }
        List<@Nullable Value> tensors = copies(first);
        try (var _ = Scope.open("PowerSGD");
                var _ = GradMode.noGrad()) {
            for (int k = 0; k < rights.size(); k++) {
                put(tensors, index.factored().get(k), k, second);
            }
        }
        return new NodeSum(first.node(), tensors, first.scalars().orElse(null));
    }

    private void put(List<@Nullable Value> tensors, FactoredGradient gradient, int k, NodeSum second) {
        Value left = tensors.set(gradient.left(), null);
        Value right = second.tensor(gradient.right());
        if (left != null && right != null) {
            left.close();
            Tensor whole = left(k).matmul(tensor(right).t());
            tensors.set(gradient.gradient(), Leaves.own(whole.reshape(gradient.shape())));
            state.advance(gradient, right);
        }
    }

    /** {@return what a virtual rank leaves out in this step; of a gradient it has not, what it left out before} */
    private NodeSum leftOut(NodeSum input) {
        VirtualRanks node = input.node();
        List<@Nullable Value> next = index.absent();
        try (var _ = Scope.open("PowerSGD");
                var _ = GradMode.noGrad()) {
            for (int k = 0; k < rights.size(); k++) {
                FactoredGradient gradient = index.factored().get(k);
                Value matrix = input.tensor(gradient.matrix());
                Optional<Value> before = state.leftOut(node.from(), gradient);
                if (matrix != null) {
                    Tensor kept = left(k).matmul(right(matrix, k).t());
                    next.set(gradient.matrix(), Leaves.own(tensor(matrix).sub(kept)));
                } else if (before.isPresent()) {
                    next.set(gradient.matrix(), before.get().alias());
                }
            }
        }
        return new NodeSum(node, next, null);
    }

    @Override
    public void close() {
        state.endStep();
        rights.forEach(Value::close);
        for (Value left : lefts) {
            if (left != null) {
                left.close();
            }
        }
    }
}
