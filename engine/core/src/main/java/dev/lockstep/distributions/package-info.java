/**
 * Probability distributions of tensors of parameters (torch.distributions): samples, also with gradients for the
 * parameters, densities, entropies and divergences.
 */
@NullMarked
package dev.lockstep.distributions;

import org.jspecify.annotations.NullMarked;
