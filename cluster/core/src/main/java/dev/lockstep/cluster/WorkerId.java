package dev.lockstep.cluster;

/**
 * Names one start of one worker process: a respawned worker is another worker. Immutable.
 *
 * @param value 128 random bits, 32 lower-case hexadecimal digits
 */
public record WorkerId(String value) {

    /**
     * Checks the form.
     *
     * @throws IllegalArgumentException if the value is not 32 lower-case hexadecimal digits
     */
    public WorkerId {
        Ids.requireHex128("worker id", value);
    }

    /** {@return the first eight digits, for messages} */
    @Override
    public String toString() {
        return Ids.shortForm(value);
    }
}
