package dev.lockstep.tensor;

/** How images are made larger or smaller, or read between their pixels. */
public enum ResampleMode {
    /** The element whose cell the place lies in. */
    NEAREST,
    /** A line between neighbours along each axis: torch's linear, bilinear, trilinear. */
    LINEAR,
    /** A cubic through four neighbours along each axis (Keys 1981, a = -0.75). */
    CUBIC,
    /** The mean of each cell. */
    AREA
}
