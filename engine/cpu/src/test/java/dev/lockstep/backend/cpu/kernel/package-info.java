/** Tests of the vector kernels against the scalar definitions. */
@NullMarked
package dev.lockstep.backend.cpu.kernel;

import org.jspecify.annotations.NullMarked;
