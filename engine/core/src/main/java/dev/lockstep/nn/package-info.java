/**
 * Layers and losses, named as in {@code torch.nn} and with its defaults, initial values and state-dict keys. A layer is
 * a {@link dev.lockstep.module.Module} with an immutable {@code Config} record; options are given as a function on it:
 * {@code new Conv2d(3, 64, 3, o -> o.stride(2).padding(1))}.
 */
@NullMarked
package dev.lockstep.nn;

import org.jspecify.annotations.NullMarked;
