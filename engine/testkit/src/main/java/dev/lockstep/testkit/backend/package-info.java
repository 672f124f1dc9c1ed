/**
 * What a backend must do, as suites to extend: {@link dev.lockstep.testkit.backend.BackendContract} with values by
 * hand, {@link dev.lockstep.testkit.backend.TwinContract} against the scalar backend,
 * {@link dev.lockstep.testkit.backend.BitsContract} for the rules about bits.
 */
@NullMarked
package dev.lockstep.testkit.backend;

import org.jspecify.annotations.NullMarked;
