package dev.lockstep.collectives.netty;

/** What came over a connection cannot be trusted; the connection is ended. */
final class UntrustedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UntrustedException(String message) {
        super(message);
    }
}
