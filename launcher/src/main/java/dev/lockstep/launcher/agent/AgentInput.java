package dev.lockstep.launcher.agent;

import dev.lockstep.cluster.ClusterEffect;
import dev.lockstep.launcher.link.AgentMessage;
import dev.lockstep.launcher.link.Link;
import dev.lockstep.launcher.link.WorkerMessage;

/** What an agent's thread takes from its queue. */
sealed interface AgentInput {
    /** A worker has connected its link. */
    record Connected(String worker, Link<AgentMessage, WorkerMessage> link) implements AgentInput {}

    /** A worker said something. */
    record Said(String worker, WorkerMessage message, long atNanos) implements AgentInput {}

    /** A worker's link has ended. */
    record Disconnected(String worker, String why, long atNanos) implements AgentInput {}

    /** A worker is dead and reaped. */
    record Exited(String worker, int code, long evidenceNanos) implements AgentInput {}

    /** The coordinator on another machine decided something. */
    record Decided(ClusterEffect effect) implements AgentInput {}

    /** The user wants the run to end. */
    record Interrupted(String signal, int exitCode, boolean now) implements AgentInput {}
}
