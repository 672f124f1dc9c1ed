package dev.lockstep.cluster.pekko;

/** Says why a node could not start or join, and with which exit code the command should end. */
public final class ClusterNodeException extends RuntimeException {

    /** The rendezvous timed out. */
    static final int RENDEZVOUS = 4;

    /** The environment is not fit: a port is taken, the certificate cannot be read. */
    static final int ENVIRONMENT = 9;

    private static final long serialVersionUID = 1L;

    private final int exitCode;

    ClusterNodeException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    ClusterNodeException(int exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /** {@return the exit code that fits: 4 if nobody could be joined in time, 9 if this machine is not fit} */
    public int exitCode() {
        return exitCode;
    }
}
