package dev.lockstep.launcher.link;

import org.jspecify.annotations.Nullable;

/** Says that a link carried something that is not a message, or is broken. */
public final class LinkException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Makes an exception that says what was read and what is wrong with it. */
    public LinkException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
