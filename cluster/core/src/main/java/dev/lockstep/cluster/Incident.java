package dev.lockstep.cluster;

/**
 * One report of a failure: who, where, doing what, and why. Immutable.
 *
 * @param severity whether the run lost something
 * @param rank the rank in the generation that ran, -1 if it had none
 * @param host the machine
 * @param pid the process id, -1 if not known
 * @param at where in its work the worker was
 * @param cause what happened, in words
 */
public record Incident(Severity severity, int rank, String host, long pid, WorkPoint at, String cause) {

    /** How bad it is. */
    public enum Severity {
        /** A worker, a machine or the run was lost. */
        FAILURE,
        /** Worth knowing; nothing was lost. */
        WARNING
    }
}
