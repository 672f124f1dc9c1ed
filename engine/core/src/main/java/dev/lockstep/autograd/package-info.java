/**
 * Gradients as a decorator of the backend: {@link dev.lockstep.autograd.AutogradBackend} records a node for each op
 * whose input requires a gradient, and walks the nodes back. Nothing of a graph is shared between threads except its
 * leaves.
 */
@NullMarked
package dev.lockstep.autograd;

import org.jspecify.annotations.NullMarked;
