package dev.lockstep.cluster;

/**
 * An exception that ended the user's program in a worker. Immutable.
 *
 * @param type the exception's class name
 * @param message its message
 * @param exitCode the exit code that the job ends with: 1, or the more telling one of its category
 * @param at where in its work the worker was
 */
public record UserFailure(String type, String message, int exitCode, WorkPoint at) {

    /**
     * Checks the exit code.
     *
     * @throws IllegalArgumentException if it is not from 1 to 255
     */
    public UserFailure {
        if (exitCode < 1 || exitCode > 255) {
            throw new IllegalArgumentException("user failure: exit code " + exitCode + " is not from 1 to 255");
        }
    }
}
