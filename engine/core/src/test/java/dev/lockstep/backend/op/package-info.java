/** Tests of the ops' arithmetic. */
@NullMarked
package dev.lockstep.backend.op;

import org.jspecify.annotations.NullMarked;
