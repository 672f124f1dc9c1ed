package dev.lockstep.autograd;

import dev.lockstep.backend.Value;

/** Hears of each leaf's gradient as soon as it is complete, while backward still computes the others. */
@FunctionalInterface
public interface LeafListener {
    /** Called on the thread of backward. The value stays backward's own; it will be in the result too. */
    void onComplete(Leaf leaf, Value gradient);
}
