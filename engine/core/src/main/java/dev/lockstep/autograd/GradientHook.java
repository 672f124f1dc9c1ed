package dev.lockstep.autograd;

import dev.lockstep.backend.Value;
import org.jspecify.annotations.Nullable;

/** Sees the gradient of a value as soon as it is complete, and may put another in its place. */
@FunctionalInterface
public interface GradientHook {
    /**
     * Called on the thread of backward, which may be any.
     *
     * @param gradient stays backward's own
     * @return what goes on instead, of the same shape and dtype, handed over; null to leave it
     */
    @Nullable
    Value apply(Value gradient);
}
