package dev.lockstep.launcher;

import org.jspecify.annotations.Nullable;

/**
 * Ends the command with a message for the user and an exit code; the stack trace is shown with {@code --verbose} only.
 */
public final class LaunchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    /** Makes an exception; the message says what, where, and what to do about it. */
    public LaunchException(int exitCode, String message) {
        this(exitCode, message, null);
    }

    /** Makes an exception with what went wrong underneath. */
    public LaunchException(int exitCode, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /** {@return the code that the command ends with} */
    public int exitCode() {
        return exitCode;
    }
}
