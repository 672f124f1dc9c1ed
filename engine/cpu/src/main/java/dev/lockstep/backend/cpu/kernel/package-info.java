/**
 * Vector API kernels for dense f32 values, over raw addresses. They repeat the sequences of operations that
 * {@link dev.lockstep.backend.op.ScalarMath} and Note [Order of sums] define, so their bits are those of the scalar
 * backend, cold or compiled, whatever the length of a vector: no lane-wise transcendental functions and no reduceLanes
 * on floats.
 */
@NullMarked
package dev.lockstep.backend.cpu.kernel;

import org.jspecify.annotations.NullMarked;
