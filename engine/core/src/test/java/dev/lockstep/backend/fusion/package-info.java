/** Tests of fusion on the scalar backend. */
@NullMarked
package dev.lockstep.backend.fusion;

import org.jspecify.annotations.NullMarked;
