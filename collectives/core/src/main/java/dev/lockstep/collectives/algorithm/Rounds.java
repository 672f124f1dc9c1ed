package dev.lockstep.collectives.algorithm;

import dev.lockstep.collectives.transport.Window;

/**
 * A collective as rounds over a window. It never waits: whoever drives it calls {@link #put}, publishes, waits until
 * all ranks have come, calls {@link #take}, and goes on so while take says that another round follows. All ranks have
 * the same number of rounds. Confined to one thread at a time.
 */
public interface Rounds {
    /**
     * Writes this rank's slot.
     *
     * @return how many bytes it wrote
     */
    long put(Window window);

    /**
     * Reads the slots of the others.
     *
     * @return whether another round follows
     */
    boolean take(Window window);

    /** {@return a size that goes with every round, for the others to ask for} */
    default long announced() {
        return 0;
    }

    /**
     * {@return whether one round is known to be enough} The others can then go on without this rank, once it has
     * published.
     */
    default boolean isSingle() {
        return false;
    }
}
