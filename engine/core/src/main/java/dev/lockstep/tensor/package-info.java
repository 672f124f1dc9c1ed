/**
 * The user's tensors: {@link dev.lockstep.tensor.Tensor} is a handle on one value, {@link dev.lockstep.tensor.Tensors}
 * makes and combines them, {@link dev.lockstep.tensor.Scope} ends their lives, {@link dev.lockstep.tensor.Gradients} is
 * what backward gives.
 */
@NullMarked
package dev.lockstep.tensor;

import org.jspecify.annotations.NullMarked;
