package dev.lockstep.autograd;

import dev.lockstep.backend.Value;

/** Takes over gradients of leaves that are matrix products, before these are computed. */
@FunctionalInterface
public interface LeafProducts {
    /** Takes nothing. */
    LeafProducts NONE = (leaf, left, right) -> false;

    /**
     * Is offered a leaf's gradient as its factors, left [M, K] and right [K, N] of one dtype, of any strides; they stay
     * backward's own. Called on the thread of backward, once a leaf at most, and only where the gradient is one
     * product.
     *
     * @return whether it is taken; then backward neither computes the gradient nor delivers it
     */
    boolean take(Leaf leaf, Value left, Value right);
}
