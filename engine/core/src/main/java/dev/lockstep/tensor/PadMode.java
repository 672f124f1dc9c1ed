package dev.lockstep.tensor;

/** What padding is made of. */
public enum PadMode {
    /** One number. */
    CONSTANT,
    /** The elements behind the edge, mirrored; the edge itself is not repeated. */
    REFLECT,
    /** The element on the edge. */
    REPLICATE,
    /** The elements from the other side. */
    CIRCULAR
}
