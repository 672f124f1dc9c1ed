/**
 * The training step as a pure function: V virtual ranks on T threads, one fixed sum, one update. Declares the ports by
 * which a cluster takes part: {@link dev.lockstep.train.GradientReducer} and {@link dev.lockstep.train.StepLog}.
 */
@NullMarked
package dev.lockstep.train;

import org.jspecify.annotations.NullMarked;
