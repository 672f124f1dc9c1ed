package dev.lockstep.tensor;

/** Where a Fourier transform of n elements is scaled, as torch's {@code norm}. */
public enum FourierNorm {
    /** The inverse divides by n. */
    BACKWARD,
    /** Both divide by sqrt(n), so that lengths are kept. */
    ORTHO,
    /** The forward transform divides by n. */
    FORWARD;

    double scale(long n, boolean inverse) {
        return switch (this) {
            case BACKWARD -> inverse ? 1.0 / n : 1;
            case ORTHO -> 1 / Math.sqrt(n);
            case FORWARD -> inverse ? 1 : 1.0 / n;
        };
    }
}
