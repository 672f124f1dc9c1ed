package dev.lockstep.train;

/**
 * How long {@link Trainer#fit} trains. Immutable.
 *
 * @param epochs passes over the data, at least 1
 * @param maxSteps stop after this many steps of the trainer in all, whatever the epoch
 */
public record FitOptions(int epochs, long maxSteps) {
    /** Checks the numbers. */
    public FitOptions {
        if (epochs < 1 || maxSteps < 1) {
            throw new IllegalArgumentException(
                    "fit: epochs " + epochs + " and steps " + maxSteps + " must be at least 1");
        }
    }

    static FitOptions defaults() {
        return new FitOptions(1, Long.MAX_VALUE);
    }

    /** {@return these options with another number of epochs} */
    public FitOptions epochs(int wanted) {
        return new FitOptions(wanted, maxSteps);
    }

    /** {@return these options with another limit on steps} */
    public FitOptions steps(long wanted) {
        return new FitOptions(epochs, wanted);
    }
}
