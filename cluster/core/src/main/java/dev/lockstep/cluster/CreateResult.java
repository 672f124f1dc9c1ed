package dev.lockstep.cluster;

/** The register's answer to a proposal. */
public sealed interface CreateResult {

    /** {@return the event that tells the coordinator} */
    ClusterEvent toEvent();

    /**
     * The register holds the proposal, written now or earlier with the same content.
     *
     * @param generation the proposal
     */
    record Created(Generation generation) implements CreateResult {
        @Override
        public ClusterEvent toEvent() {
            return new ClusterEvent.GenerationWritten(generation);
        }
    }

    /**
     * The number is taken by another generation.
     *
     * @param existing what the register holds
     */
    record Refused(Generation existing) implements CreateResult {
        @Override
        public ClusterEvent toEvent() {
            return new ClusterEvent.GenerationRefused(existing);
        }
    }
}
