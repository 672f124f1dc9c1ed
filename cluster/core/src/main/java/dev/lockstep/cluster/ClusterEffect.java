package dev.lockstep.cluster;

/** Something that the driver of a {@link Coordinator} must do, in the order given. */
public sealed interface ClusterEffect {

    /**
     * Write a generation by create-if-absent and answer with {@link CreateResult#toEvent()}. Nobody may act on the
     * generation before that.
     *
     * @param generation the proposal
     */
    record WriteGeneration(Generation generation) implements ClusterEffect {}

    /**
     * Tell all agents of a generation that is written: each member builds a new process group.
     *
     * @param generation the generation
     */
    record Announce(Generation generation) implements ClusterEffect {}

    /**
     * End the run: stop what still runs, then exit. Nothing follows it.
     *
     * @param exitCode the exit code
     * @param reason why, in words
     */
    record Finish(int exitCode, String reason) implements ClusterEffect {}

    /**
     * Show a failure or a warning, once.
     *
     * @param incident what happened
     */
    record Report(Incident incident) implements ClusterEffect {}

    /**
     * End a worker process that is given up; it is no member of any later generation.
     *
     * @param worker the worker
     * @param agent whose child it is
     * @param why the reason, in words
     */
    record KillWorker(WorkerId worker, AgentId agent, String why) implements ClusterEffect {}
}
