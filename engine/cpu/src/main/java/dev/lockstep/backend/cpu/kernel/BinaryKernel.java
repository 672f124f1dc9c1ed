package dev.lockstep.backend.cpu.kernel;

/** Applies a function of two arguments to consecutive floats. */
@FunctionalInterface
interface BinaryKernel {
    /**
     * Writes f of {@code count} pairs of floats at {@code a} and {@code b} to {@code y}, which may be one of those
     * places.
     */
    void run(long a, long b, long y, long count);
}
