package dev.lockstep.backend.cpu.kernel;

/** Applies a function of one argument to consecutive floats. */
@FunctionalInterface
interface UnaryKernel {
    /** Some consecutive floats and the place of their results. */
    record Span(long x, long y, long count) {}

    /** Writes f of {@code count} floats at {@code x} to {@code y}, which may be the same place. */
    void run(long x, long y, long count);
}
