package dev.lockstep.backend.batching;

import dev.lockstep.backend.op.RandomKey;
import org.jspecify.annotations.Nullable;

/**
 * What a thread knows while it runs a closure for several lanes: the seed of each one's randomness, and whether the
 * closure turned out to be one that cannot run so. Confined to its thread.
 */
public final class Batching implements AutoCloseable {
    private static final ThreadLocal<@Nullable Batching> CURRENT = new ThreadLocal<>();

    /**
     * What takes more than this in one lane is work enough for a call of its own, and that of all lanes would leave the
     * second-level cache. LeNet's first layer has 150 KB a lane at V = 8, where one call for all is a quarter faster,
     * and 600 KB at V = 2, where it is a fifth slower.
     */
    private static final long MOST_BYTES = 256 << 10;

    private final long[] seeds;
    private boolean refused;
    private boolean settled;

    private Batching(long[] seeds) {
        this.seeds = seeds;
    }

    /**
     * Begins on this thread, until the result is closed there.
     *
     * @param seeds one a lane; random keys are drawn for lane 0 and stand for those of all
     */
    public static Batching open(long... seeds) {
        if (CURRENT.get() != null) {
            throw new IllegalStateException("batching: this thread runs a closure for several lanes already");
        }
        Batching batching = new Batching(seeds.clone());
        CURRENT.set(batching);
        return batching;
    }

    /** {@return what this thread is at, null while it runs nothing for several lanes} */
    static @Nullable Batching current() {
        return CURRENT.get();
    }

    /**
     * Refuses what has no one answer for all lanes; does nothing on a thread that runs nothing for several.
     *
     * @throws NotBatchable saying what was asked for
     */
    public static void refuse(String asked) {
        if (CURRENT.get() != null) {
            throw refusal(asked);
        }
    }

    /** {@return the error that ends a closure that cannot run for several lanes, to be thrown} */
    public static NotBatchable refusal(String asked) {
        Batching mine = CURRENT.get();
        if (mine != null) {
            mine.refused = true;
        }
        return new NotBatchable(asked + " differs from virtual rank to virtual rank");
    }

    /**
     * Refuses a closure whose values are too large for all lanes at once, unless its forward is over.
     *
     * @param bytes of one lane
     * @throws NotBatchable if so
     */
    static void admit(long bytes) {
        Batching mine = CURRENT.get();
        if (mine != null && !mine.settled && bytes > MOST_BYTES) {
            mine.refused = true;
            throw new NotBatchable("a value takes " + bytes + " bytes a virtual rank: they go faster one by one");
        }
    }

    /** Notes that the closure has run: from here on size is no reason to run it again. */
    public void settle() {
        settled = true;
    }

    /** {@return whether something was refused, even if the closure caught the error} */
    public boolean isRefused() {
        return refused;
    }

    int lanes() {
        return seeds.length;
    }

    /** {@return whether a key was drawn from the lanes' randomness, so that each lane has another} */
    boolean isDrawn(RandomKey key) {
        return key.seed() == seeds[0];
    }

    /** {@return a lane's key in the place of lane 0's} */
    RandomKey keyOf(RandomKey first, int lane) {
        return isDrawn(first) ? new RandomKey(seeds[lane], first.stream()) : first;
    }

    @Override
    public void close() {
        CURRENT.remove();
    }
}
