/**
 * Decides who trains what: pure state machines of membership, generations and the placement of virtual ranks.
 *
 * <p>One idea: a <em>generation</em> (members, ranks, virtual ranks of each) exists when the run's
 * {@link dev.lockstep.cluster.GenerationRegister} has it, and nobody acts on one that is not written.
 * {@link dev.lockstep.cluster.Coordinator} turns events into effects; it has no thread, no clock and no network, so
 * that the same code runs inside one process, across machines, and in a seeded simulation.
 */
@NullMarked
package dev.lockstep.cluster;

import org.jspecify.annotations.NullMarked;
