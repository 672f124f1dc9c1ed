/**
 * The {@code lockstep} command: the only place where engine, collectives and cluster are put together. One process is
 * the agent of its machine (and, with one machine, the coordinator too); its workers are child processes.
 */
@NullMarked
package dev.lockstep.launcher;

import org.jspecify.annotations.NullMarked;
