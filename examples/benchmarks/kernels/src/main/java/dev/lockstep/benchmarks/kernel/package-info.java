/**
 * JMH benchmarks of kernels, called as a model calls them: through tensors, on one thread. Run them with
 * {@code examples/benchmarks/kernels.sh}.
 */
@NullMarked
package dev.lockstep.benchmarks.kernel;

import org.jspecify.annotations.NullMarked;
