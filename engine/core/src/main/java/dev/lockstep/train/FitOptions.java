package dev.lockstep.train;

import dev.lockstep.serialization.Safetensors;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How long {@link Trainer#fit} trains. Immutable.
 *
 * @param epochs passes over the data, at least 1
 * @param maxSteps stop after this many steps of the trainer in all, whatever the epoch
 * @param stateEvery save the trainer's state after every so many steps, 0 for never
 * @param stateFile where, each time in the place of the one before; null for nowhere
 */
public record FitOptions(
        int epochs,
        long maxSteps,
        long stateEvery,
        @Nullable Path stateFile) {
    /** Checks the numbers. */
    public FitOptions {
        if (epochs < 1 || maxSteps < 1) {
            throw new IllegalArgumentException(
                    "fit: epochs " + epochs + " and steps " + maxSteps + " must be at least 1");
        }
        if (stateEvery < 0) {
            throw new IllegalArgumentException("fit: the state cannot be saved every " + stateEvery + " steps");
        }
    }

    static FitOptions defaults() {
        return new FitOptions(1, Long.MAX_VALUE, 0, null);
    }

    /** {@return these options with another number of epochs} */
    public FitOptions epochs(int wanted) {
        return new FitOptions(wanted, maxSteps, stateEvery, stateFile);
    }

    /** {@return these options with another limit on steps} */
    public FitOptions steps(long wanted) {
        return new FitOptions(epochs, wanted, stateEvery, stateFile);
    }

    /**
     * {@return these options with the trainer's state saved after every so many steps, see {@link Trainer#saveState}}
     *
     * @param file where; found out now whether it could be written
     */
    public FitOptions saveState(Path file, long everySteps) {
        Safetensors.requireWritable(file);
        return new FitOptions(epochs, maxSteps, everySteps, file);
    }
}
