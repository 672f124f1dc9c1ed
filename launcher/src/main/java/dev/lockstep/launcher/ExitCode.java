package dev.lockstep.launcher;

/**
 * The exit codes of the command: one for each class of failure, so that a scheduler can decide whether to try again.
 */
public final class ExitCode {
    /** Finished. */
    public static final int OK = 0;
    /** The user's program threw, or its loss is not finite. */
    public static final int USER = 1;
    /** The command line is wrong. */
    public static final int USAGE = 2;
    /** The machines did not come together in time. */
    public static final int RENDEZVOUS = 4;
    /** Workers or machines were lost and nobody is left to go on. */
    public static final int LOST = 5;
    /** A collective timed out, or the workers disagree. */
    public static final int DESYNC = 6;
    /** Out of memory. */
    public static final int MEMORY = 7;
    /** Data cannot be read, or is damaged. */
    public static final int DATA = 8;
    /** This machine is not fit: JDK, device, native library, port. */
    public static final int ENVIRONMENT = 9;
    /** The terminal is gone (SIGHUP). */
    public static final int HUNG_UP = 129;
    /** Ctrl-C. */
    public static final int INTERRUPTED = 130;
    /** SIGTERM. */
    public static final int TERMINATED = 143;

    private ExitCode() {}

    /** {@return whether a code says that someone asked the run to end} */
    public static boolean isSignal(int exitCode) {
        return exitCode == HUNG_UP || exitCode == INTERRUPTED || exitCode == TERMINATED;
    }
}
