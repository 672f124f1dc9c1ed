package dev.lockstep.backend.cpu.kernel;

/** Sums a function of a number and two arguments over consecutive floats, in the order of Note [Order of sums]. */
@FunctionalInterface
interface SumKernel {
    /** Sums f of {@code number} and {@code count} pairs of floats at {@code a} and {@code b}. */
    float run(float number, long a, long b, long count);
}
