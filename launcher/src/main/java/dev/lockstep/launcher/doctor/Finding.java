package dev.lockstep.launcher.doctor;

/**
 * What one check found.
 *
 * @param name what was checked
 * @param state whether it is fit
 * @param detail what was found, and what to do if it is not fit
 */
public record Finding(String name, State state, String detail) {
    /** How fit it is. */
    public enum State {
        OK,
        /** Works, but not as well as it could. */
        WARN,
        /** Training will not work. */
        BAD
    }

    static Finding ok(String name, String detail) {
        return new Finding(name, State.OK, detail);
    }

    static Finding warn(String name, String detail) {
        return new Finding(name, State.WARN, detail);
    }

    static Finding bad(String name, String detail) {
        return new Finding(name, State.BAD, detail);
    }
}
