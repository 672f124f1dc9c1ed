/** Tests of the CPU backend as a whole. */
@NullMarked
package dev.lockstep.backend.cpu;

import org.jspecify.annotations.NullMarked;
