package dev.lockstep.backend.cpu.kernel;

/** Applies a function of three arguments to consecutive floats. */
@FunctionalInterface
interface TernaryKernel {
    /**
     * Writes f of {@code count} triples of floats at {@code a}, {@code b} and {@code c} to {@code y}, which may be one
     * of those places.
     */
    void run(long a, long b, long c, long y, long count);
}
