package dev.lockstep.cluster;

/**
 * Describes a worker that takes part in a generation. Immutable.
 *
 * @param id the worker's incarnation
 * @param agent the agent whose child it is
 * @param host the machine's name, for messages
 * @param pid the process id on that machine
 * @param localRank the worker's number on its machine, from 0
 * @param dataAddress where its data plane listens, {@code host:port}
 */
public record Member(WorkerId id, AgentId agent, String host, long pid, int localRank, String dataAddress) {

    /**
     * Checks the local rank.
     *
     * @throws IllegalArgumentException if the local rank is negative
     */
    public Member {
        if (localRank < 0) {
            throw new IllegalArgumentException("local rank: " + localRank + " is negative");
        }
    }
}
