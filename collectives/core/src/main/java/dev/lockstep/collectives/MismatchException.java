package dev.lockstep.collectives;

import org.jspecify.annotations.Nullable;

/** Says that ranks called different operations at the same place of their programs. */
public final class MismatchException extends CollectiveException {
    private static final long serialVersionUID = 1L;

    /** Makes the exception with a message that holds the values. */
    public MismatchException(String message) {
        this(message, null);
    }

    /** Makes the exception with what brought it about. */
    public MismatchException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
