/**
 * Collectives between the workers of one generation. A {@link dev.lockstep.collectives.ProcessGroup} is built once,
 * fails as a whole and is replaced, never repaired; every operation is asynchronous, carries its signature, and every
 * wait has a bound.
 */
@NullMarked
package dev.lockstep.collectives;

import org.jspecify.annotations.NullMarked;
