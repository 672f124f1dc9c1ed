package dev.lockstep.collectives;

import java.time.Duration;
import java.util.Optional;

/** Stands for one operation under way. The segments given to it belong to it until it is done. Thread-safe. */
public interface Work {
    /** {@return whether the operation has ended, well or not} */
    boolean isDone();

    /**
     * Waits until the operation has ended well.
     *
     * @throws CollectiveTimeoutException if it has not ended within {@code timeout}; it goes on regardless
     * @throws CollectiveException if it failed, saying why and through whom
     */
    void await(Duration timeout);

    /** {@return why the operation failed, or empty while it runs and after it ended well} */
    Optional<CollectiveException> error();
}
