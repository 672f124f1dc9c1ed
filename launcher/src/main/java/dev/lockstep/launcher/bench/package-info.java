/**
 * Measures training steps of a few models, for {@code lockstep bench train}: fixed workloads, fixed data, one report. A
 * new workload is a line in {@link dev.lockstep.launcher.bench.TrainTask}.
 */
@NullMarked
package dev.lockstep.launcher.bench;

import org.jspecify.annotations.NullMarked;
