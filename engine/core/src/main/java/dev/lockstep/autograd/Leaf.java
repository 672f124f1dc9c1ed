package dev.lockstep.autograd;

import dev.lockstep.backend.Value;

/**
 * Marks a value that requires a gradient and was not computed: a parameter. Its identity is the key under which
 * backward delivers the gradient. Apart from its hooks immutable, so that graphs of several threads may end in the same
 * leaf.
 */
public final class Leaf implements Value.Slot {
    private final Hooks hooks = new Hooks();

    /** Calls a hook with each gradient of this leaf that a backward completes, until the result is closed. */
    public GradMode.Restore addHook(GradientHook hook) {
        return hooks.add(hook);
    }

    /** {@return whether somebody wants to see each gradient} */
    public boolean hasHooks() {
        return !hooks.isEmpty();
    }

    Hooks hooks() {
        return hooks;
    }

    @Override
    public void close() {
        // A leaf owns nothing.
    }
}
