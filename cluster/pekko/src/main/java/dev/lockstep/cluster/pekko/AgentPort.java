package dev.lockstep.cluster.pekko;

import dev.lockstep.cluster.Generation;
import dev.lockstep.cluster.Incident;
import dev.lockstep.cluster.WorkerId;

/**
 * What an agent must do with its workers; the launcher implements it. Called one at a time by an actor's thread, in the
 * coordinator's order: do not block, do not throw.
 */
public interface AgentPort {

    /**
     * A generation is written: its members on this machine build a new process group.
     *
     * @param generation the generation; its number is higher than any before
     */
    void announced(Generation generation);

    /**
     * A worker is given up: end its process, if it is one of this machine and still runs.
     *
     * @param worker the worker
     * @param why the reason, in words
     */
    void kill(WorkerId worker, String why);

    /**
     * Something happened that is worth showing.
     *
     * @param incident what, to whom, and why
     */
    void incident(Incident incident);

    /**
     * The run is over: stop the workers, close the node, exit. Called once at most, and nothing is called after it.
     *
     * @param exitCode the exit code of the run
     * @param reason why it ended, in words
     */
    void finished(int exitCode, String reason);

    /**
     * The node is no longer part of the cluster and has stopped: kill the workers and exit. Called once at most, by a
     * thread of its own, and not after {@link ClusterNode#close()}.
     *
     * @param cause what is known of it, in words
     */
    void lost(String cause);
}
