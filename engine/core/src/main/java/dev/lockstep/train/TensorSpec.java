package dev.lockstep.train;

import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;

/**
 * Describes one tensor that crosses virtual ranks in a step.
 *
 * @param name its state-dict key
 * @param shape its logical shape
 * @param dtype its dtype; integral buffers are not summed, the leftmost present value stands
 * @param role whether it is a gradient or a buffer's update
 */
public record TensorSpec(String name, Shape shape, DType dtype, Role role) {
    /** What a reduced tensor is for. */
    public enum Role {
        GRADIENT,
        BUFFER
    }
}
