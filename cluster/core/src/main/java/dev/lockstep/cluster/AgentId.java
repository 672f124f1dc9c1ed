package dev.lockstep.cluster;

/**
 * Names one start of one agent: a machine that comes back is another agent. Immutable.
 *
 * @param value 128 random bits, 32 lower-case hexadecimal digits
 */
public record AgentId(String value) {

    /**
     * Checks the form.
     *
     * @throws IllegalArgumentException if the value is not 32 lower-case hexadecimal digits
     */
    public AgentId {
        Ids.requireHex128("agent id", value);
    }

    /** {@return the first eight digits, for messages} */
    @Override
    public String toString() {
        return Ids.shortForm(value);
    }
}
