package dev.lockstep.backend.cpu.kernel;

/** Computes a batch of rows: one call an op, whatever the number of rows. */
@FunctionalInterface
interface BatchKernel<T> {
    /** Reads and writes the places that {@code batch} names. */
    void run(T batch);
}
