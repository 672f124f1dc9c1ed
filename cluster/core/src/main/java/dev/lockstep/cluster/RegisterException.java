package dev.lockstep.cluster;

/** Says that a generation register cannot be reached or holds something that is not a generation. */
public final class RegisterException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception with a cause.
     *
     * @param message what could not be done, where, and what to do about it
     * @param cause what went wrong underneath
     */
    public RegisterException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * Makes an exception without a cause.
     *
     * @param message what could not be done, where, and what to do about it
     */
    public RegisterException(String message) {
        super(message);
    }
}
