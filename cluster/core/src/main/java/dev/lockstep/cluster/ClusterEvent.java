package dev.lockstep.cluster;

/** Something that happened, as the coordinator hears of it. Closed: the coordinator knows a rule for each. */
public sealed interface ClusterEvent {

    /**
     * An agent has joined.
     *
     * @param agent the agent
     * @param host its machine
     * @param slots the number of workers that it can run
     */
    record AgentJoined(AgentId agent, String host, int slots) implements ClusterEvent {}

    /**
     * An agent is gone, and its workers with it.
     *
     * @param agent the agent
     * @param cause why it counts as lost
     */
    record AgentLost(AgentId agent, String cause) implements ClusterEvent {}

    /**
     * A worker process runs but is not ready yet.
     *
     * @param worker the worker
     * @param agent its agent
     * @param host its machine
     * @param pid its process id
     * @param localRank its number on the machine
     */
    record WorkerStarted(WorkerId worker, AgentId agent, String host, long pid, int localRank)
            implements ClusterEvent {}

    /**
     * A worker has built its model and listens for its peers.
     *
     * @param member the worker
     * @param agreement what it must share with the others
     */
    record WorkerReady(Member member, Agreement agreement) implements ClusterEvent {}

    /**
     * A worker process is dead, and reaped by its agent.
     *
     * @param worker the worker
     * @param cause exit code or signal, in words
     * @param at where in its work it was, as far as known
     */
    record WorkerDied(WorkerId worker, String cause, WorkPoint at) implements ClusterEvent {}

    /**
     * A worker cannot reach a peer.
     *
     * @param reporter who says so
     * @param accused whom it cannot reach
     * @param generation the generation of their group
     * @param at where in its work the reporter is
     * @param cause what it saw
     */
    record PeerUnreachable(WorkerId reporter, WorkerId accused, long generation, WorkPoint at, String cause)
            implements ClusterEvent {}

    /**
     * A worker has applied the last step.
     *
     * @param worker the worker
     * @param generation the generation in which it did
     * @param lastStep the number of steps applied
     * @param weightsDigest the digest of its weights
     */
    record WorkerDone(WorkerId worker, long generation, long lastStep, String weightsDigest) implements ClusterEvent {}

    /**
     * The user's program threw.
     *
     * @param worker where
     * @param failure what
     */
    record WorkerFailed(WorkerId worker, UserFailure failure) implements ClusterEvent {}

    /**
     * The register holds the generation that was proposed.
     *
     * @param generation the generation
     */
    record GenerationWritten(Generation generation) implements ClusterEvent {}

    /**
     * The register refused the proposal: another coordinator was first.
     *
     * @param existing what the register holds under the proposed number
     */
    record GenerationRefused(Generation existing) implements ClusterEvent {}

    /**
     * Someone wants the run to end.
     *
     * @param reason why
     * @param exitCode the exit code to end with
     */
    record StopRequested(String reason, int exitCode) implements ClusterEvent {}

    /**
     * A deadline of {@link ClusterState#nextDeadline()} has passed.
     *
     * @param timer which
     */
    record TimedOut(Timer timer) implements ClusterEvent {}
}
