package dev.lockstep.autograd;

import dev.lockstep.backend.Value;
import org.jspecify.annotations.Nullable;

/** Gives up sums to which the gradients of leaves are to be added, so that a product may add itself in their memory. */
@FunctionalInterface
public interface LeafAddends {
    /** Gives nothing up. */
    LeafAddends NONE = leaf -> null;

    /**
     * {@return a sum to which this leaf's gradient is added in place, or null} It has the leaf's shape and dtype, lies
     * in C order, and nobody else sees it. Backward takes it over and delivers the sum as the leaf's gradient. Asked on
     * the thread of backward, once a leaf at most, and only where the gradient is one product.
     */
    @Nullable
    Value take(Leaf leaf);
}
