package dev.lockstep.collectives;

import org.jspecify.annotations.Nullable;

/** Says that a newer attempt or generation exists, so that this one must not go on. */
public final class FencedException extends CollectiveException {
    private static final long serialVersionUID = 1L;

    /** Makes the exception with a message that holds the values. */
    public FencedException(String message) {
        this(message, null);
    }

    /** Makes the exception with what brought it about. */
    public FencedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
