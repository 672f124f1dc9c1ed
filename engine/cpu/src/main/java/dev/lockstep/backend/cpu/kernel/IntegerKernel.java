package dev.lockstep.backend.cpu.kernel;

/** Applies a function of two arguments to consecutive longs. */
@FunctionalInterface
interface IntegerKernel {
    /** Writes f of {@code count} pairs of longs at {@code a} and {@code b} to {@code y}. */
    void run(long a, long b, long y, long count);
}
