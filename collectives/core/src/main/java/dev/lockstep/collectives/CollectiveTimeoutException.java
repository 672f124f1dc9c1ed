package dev.lockstep.collectives;

import org.jspecify.annotations.Nullable;

/** Says that something awaited did not come within its bound; the message names what and from whom. */
public final class CollectiveTimeoutException extends CollectiveException {
    private static final long serialVersionUID = 1L;

    /** Makes the exception with a message that holds the values. */
    public CollectiveTimeoutException(String message) {
        this(message, null);
    }

    /** Makes the exception with what brought it about. */
    public CollectiveTimeoutException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
