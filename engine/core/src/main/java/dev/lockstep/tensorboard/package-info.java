/**
 * Event files that TensorBoard shows: {@link dev.lockstep.tensorboard.SummaryWriter}. The few messages that it takes
 * are encoded by hand.
 */
@NullMarked
package dev.lockstep.tensorboard;

import org.jspecify.annotations.NullMarked;
