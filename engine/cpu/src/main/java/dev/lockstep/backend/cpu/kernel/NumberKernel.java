package dev.lockstep.backend.cpu.kernel;

/** Applies a function of a number and two arguments to consecutive floats. */
@FunctionalInterface
interface NumberKernel {
    /**
     * Writes f of {@code number} and {@code count} pairs of floats at {@code a} and {@code b} to {@code y}, which may
     * be one of them.
     */
    void run(float number, long a, long b, long y, long count);

    /** The same for functions that look at one argument only. */
    default void run(float number, long a, long y, long count) {
        run(number, a, a, y, count);
    }
}
