package dev.lockstep.tensor;

import dev.lockstep.backend.batching.Batching;
import dev.lockstep.backend.op.RandomKey;

/**
 * Gives the keys of counter-based random ops. A training step installs one a virtual rank ({@link StepRandom}); outside
 * of a step the keys are drawn from the default {@link Generator}. The current source is a matter of the thread.
 */
@FunctionalInterface
public interface RandomSource {
    /** Draws the key of the next random op. */
    RandomKey next();

    /** Puts the source before back when closed, by the same thread. */
    interface Restore extends AutoCloseable {
        @Override
        void close();
    }

    /** {@return this thread's source} */
    static RandomSource current() {
        Batching.refuse("the random source");
        return CurrentRandom.source();
    }

    /** {@return whether a step's source is installed on this thread, so that random tensors are counter-based} */
    static boolean isInStep() {
        return CurrentRandom.isInstalled();
    }

    /** Installs a source on this thread until the result is closed. */
    static Restore install(RandomSource source) {
        return CurrentRandom.install(source);
    }
}
