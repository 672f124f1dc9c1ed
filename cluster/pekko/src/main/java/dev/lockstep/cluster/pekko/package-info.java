/**
 * Drives the state machine of {@code dev.lockstep.cluster} across machines: one node a machine, an agent actor on each,
 * the coordinator as cluster singleton among them.
 *
 * <p>One idea: actors carry events and effects, and decide nothing. What is decided is decided by the state machine and
 * written in the register; a coordinator that is lost is replaced by one that reads the register and asks the agents.
 * No actor blocks, and no tensor ever travels in a message.
 */
@NullMarked
package dev.lockstep.cluster.pekko;

import org.jspecify.annotations.NullMarked;
