package dev.lockstep.device;

/**
 * A device's memory did not suffice, after everything that could be reclaimed was. Its message lists the largest live
 * allocations.
 */
public final class TensorMemoryError extends RuntimeException {
    private static final long serialVersionUID = 1;

    TensorMemoryError(String message) {
        super(message);
    }
}
