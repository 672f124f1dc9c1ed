/**
 * The agent of one machine: starts workers, sees them die, speaks for them to the coordinator and does what it decides.
 */
@NullMarked
package dev.lockstep.launcher.agent;

import org.jspecify.annotations.NullMarked;
