package dev.lockstep.train;

import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;

/**
 * Describes one tensor that crosses virtual ranks in a step.
 *
 * @param name its state-dict key
 * @param shape its logical shape
 * @param dtype its dtype as it travels, for a gradient that of the {@link CommHook}; integral buffers are not summed,
 *     the leftmost present value stands
 * @param role whether it is a gradient or a buffer's update
 */
public record TensorSpec(String name, Shape shape, DType dtype, Role role) {
    /** What a tensor is for. */
    public enum Role {
        /** The sum of a parameter's gradients. */
        GRADIENT,
        /** The sum of updates of a buffer. */
        BUFFER,
        /** The sum of one factor of a parameter's gradients. */
        FACTOR,
        /** Belongs to one virtual rank and is never summed, but moves with it from worker to worker. */
        RANK_STATE
    }
}
