package dev.lockstep.launcher.worker;

import dev.lockstep.collectives.transport.Transport;
import dev.lockstep.launcher.link.AgentMessage;
import java.time.Duration;

/** This worker's end of the data plane: it listens once, and connects the group of each generation. */
interface DataPlane extends AutoCloseable {
    /** {@return where peers reach this worker, {@code host:port}} */
    String address();

    /**
     * Connects a generation's members.
     *
     * @throws dev.lockstep.collectives.CollectiveException if a peer cannot be reached in time
     */
    Transport connect(AgentMessage.Form form, Duration timeout);

    /** Ends joins of generations older than this one, which was announced. Thread-safe. */
    void fence(long generation);

    @Override
    void close();
}
