/**
 * The port between tensors and devices: a {@link dev.lockstep.backend.Backend} executes
 * {@link dev.lockstep.backend.op.Op} records on {@link dev.lockstep.backend.Value}s.
 */
@NullMarked
package dev.lockstep.backend;

import org.jspecify.annotations.NullMarked;
