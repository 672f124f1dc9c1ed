package dev.lockstep.collectives;

import org.jspecify.annotations.Nullable;

/** Says that the group was given up, by this process or by a peer, before the operation ended. */
public final class GroupAbortedException extends CollectiveException {
    private static final long serialVersionUID = 1L;

    /** Makes the exception with a message that holds the values. */
    public GroupAbortedException(String message) {
        this(message, null);
    }

    /** Makes the exception with what brought it about. */
    public GroupAbortedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
