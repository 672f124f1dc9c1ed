/**
 * What every transport and process group must do, as suites to extend, and a network that delays, reorders and breaks
 * by seed. For tests only.
 */
@NullMarked
package dev.lockstep.collectives.testkit;

import org.jspecify.annotations.NullMarked;
