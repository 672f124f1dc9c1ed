package dev.lockstep.backend.op;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The door for users' operations: an op that carries its own kernel and gradient, written in terms of other ops or of
 * raw memory.
 */
public non-sealed interface CustomOp extends Op {
    /**
     * {@return whether both directions only execute ops of the backend they are given, whatever the numbers are, and
     * never touch memory} Then several virtual ranks may run as one batch through it; else each runs on its own.
     */
    default boolean isMadeOfOps() {
        return false;
    }

    /** Computes the outputs; inputs stay the caller's. */
    Value[] forward(Backend backend, Value... inputs);

    /**
     * Computes the gradient of each input, null where there is none.
     *
     * @param gradients one an output, null where it is zero
     */
    @Nullable
    Value[] backward(Backend backend, List<Value> inputs, List<Value> outputs, @Nullable Value[] gradients);
}
