package dev.lockstep.collectives.transport;

import java.time.Duration;
import java.util.List;

/** A worker's door to others over some wire: it listens once, and joins one generation after the other. Thread-safe. */
public interface Endpoint extends AutoCloseable {
    /** {@return where others reach this worker, {@code host:port} and what else they must know} */
    String address();

    /**
     * Connects the members of a generation; waits for them.
     *
     * @param addresses of all members, by rank
     * @throws dev.lockstep.collectives.CollectiveException if a member cannot be reached in time, or the generation is
     *     older than {@link #fence} allows
     */
    Transport join(long generation, int rank, List<String> addresses, Duration timeout);

    /** Ends joins of generations older than this one, and refuses later ones. */
    void fence(long generation);

    /** Stops listening. */
    @Override
    void close();
}
