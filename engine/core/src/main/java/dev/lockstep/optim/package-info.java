/**
 * Optimizers: they take gradients as a value and write parameters in place, one fused operation a parameter. Learning
 * rates that change are functions of the step.
 */
@NullMarked
package dev.lockstep.optim;

import org.jspecify.annotations.NullMarked;
