package dev.lockstep.collectives.transport;

import dev.lockstep.collectives.CollectiveException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.LongFunction;

/**
 * Moves messages between the workers of one generation, whole and in native memory. Messages of different tags may
 * overtake one another. Thread-safe. See {@code docs/adding-a-transport.md}.
 */
public interface Transport extends AutoCloseable {
    /** {@return this worker's place, from 0} */
    int rank();

    /** {@return the number of workers} */
    int size();

    /** {@return the generation these workers form} */
    long generation();

    /** {@return where a peer is reached, for messages} */
    String address(int peer);

    /** Sends {@code data}, which must not change until the work is done. Does not wait for the receiver. */
    PendingWork send(int peer, Envelope envelope, MemorySegment data);

    /**
     * Receives the message of this tag.
     *
     * @param target gives the memory for a message of so many bytes; called at most once
     */
    PendingWork receive(int peer, Envelope envelope, LongFunction<MemorySegment> target);

    /**
     * {@return how to wait for works that end with messages of this transport; the waiting thread may move them
     * meanwhile}
     */
    default Waiter waiter() {
        return Waiter.SLEEPING;
    }

    /** {@return the memory that all ranks share, if they do; collectives then run there} */
    default Optional<Windows> windows() {
        return Optional.empty();
    }

    /** {@return which ranks share memory where not all do; collectives then go by way of a leader on each machine} */
    default Optional<Hosts> hosts() {
        return Optional.empty();
    }

    /**
     * Ends all connections, telling the peers why. Pending and later operations fail with {@code reason}. Waits a
     * bounded time until no segment is touched any more; later calls only wait.
     *
     * @return whether that is so
     */
    boolean abort(CollectiveException reason);

    /**
     * Ends all connections after what was sent has left; pending receives fail. Nobody may be at work in the
     * {@link #windows} any more.
     */
    @Override
    void close();
}
