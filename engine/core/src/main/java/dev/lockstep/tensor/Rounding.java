package dev.lockstep.tensor;

/** How a quotient becomes a whole number: torch's {@code rounding_mode}. */
public enum Rounding {
    /** Towards zero, as integers divide in Java. */
    TRUNC,
    /** Down, as Python's {@code //}. */
    FLOOR
}
