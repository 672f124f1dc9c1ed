package dev.lockstep.collectives.wire;

/** What came over a connection cannot be trusted; the connection is ended. */
public final class UntrustedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says what is wrong with what came. */
    public UntrustedException(String message) {
        super(message);
    }
}
