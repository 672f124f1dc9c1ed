package dev.lockstep.autograd;

import dev.lockstep.backend.Value;

/**
 * Marks a value that requires a gradient and was not computed: a parameter. Its identity is the key under which
 * backward delivers the gradient. Immutable, so that graphs of several threads may end in the same leaf.
 */
public final class Leaf implements Value.Slot {
    @Override
    public void close() {
        // A leaf owns nothing.
    }
}
