package dev.lockstep.train;

import dev.lockstep.backend.Value;
import dev.lockstep.layout.VirtualRanks;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The sum of one node of the tree: what the virtual ranks {@code node} contribute to a step. Tensors stand in the order
 * of the {@link ReductionPlan}, contiguous in logical order; null where no leaf below has one. An absent node (its
 * slices are empty) has no scalars and no tensors. Owns its values.
 */
public final class NodeSum implements AutoCloseable {
    private final VirtualRanks node;
    private final List<@Nullable Value> tensors;
    private final @Nullable StepScalars scalars;

    /** Takes over the values; a null list of scalars makes an absent node. */
    public NodeSum(VirtualRanks node, List<? extends @Nullable Value> tensors, @Nullable StepScalars scalars) {
        this.node = node;
        this.tensors = new ArrayList<>(tensors);
        this.scalars = scalars;
    }

    /** {@return the virtual ranks summed here} */
    public VirtualRanks node() {
        return node;
    }

    /** {@return how many tensors the plan lists} */
    public int count() {
        return tensors.size();
    }

    /** {@return a tensor of the plan, or null if absent in every leaf below; stays owned by this sum} */
    public @Nullable Value tensor(int index) {
        return tensors.get(index);
    }

    /** {@return the scalars, or empty if the node is absent} */
    public Optional<StepScalars> scalars() {
        return Optional.ofNullable(scalars);
    }

    /** Makes another sum on the same values, with references of its own. */
    public NodeSum alias() {
        List<@Nullable Value> copies = new ArrayList<>();
        for (Value value : tensors) {
            copies.add(value == null ? null : value.alias());
        }
        return new NodeSum(node, copies, scalars);
    }

    @Override
    public void close() {
        for (Value value : tensors) {
            if (value != null) {
                value.close();
            }
        }
    }
}
