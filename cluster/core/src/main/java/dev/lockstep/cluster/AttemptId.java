package dev.lockstep.cluster;

/**
 * Names one attempt at a run: the run's id and the number that this start or resumption took in the register.
 * Immutable.
 *
 * @param runId the run's 128-bit id, 32 lower-case hexadecimal digits
 * @param number the attempt's number, 1 for the first
 */
public record AttemptId(String runId, int number) {

    /**
     * Checks the form of both parts.
     *
     * @throws IllegalArgumentException if the id is not 32 lower-case hexadecimal digits or the number is below 1
     */
    public AttemptId {
        Ids.requireHex128("run id", runId);
        if (number < 1) {
            throw new IllegalArgumentException("attempt number: " + number + " is below 1");
        }
    }

    /** {@return the number and the first digits of the run's id, for messages} */
    @Override
    public String toString() {
        return runId.substring(0, 8) + "/" + number;
    }
}
