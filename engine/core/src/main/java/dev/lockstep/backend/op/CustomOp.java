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
