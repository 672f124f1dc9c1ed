package dev.lockstep.train;

import dev.lockstep.autograd.AnomalyMode;
import dev.lockstep.backend.batching.Batching;
import dev.lockstep.backend.batching.NotBatchable;
import dev.lockstep.data.Batch;
import dev.lockstep.layout.VirtualRanks;
import dev.lockstep.train.LeafComputer.Work;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.ToIntBiFunction;

/**
 * Says which neighbouring virtual ranks run as one batch: those of as many rows each, as long as there are few. What
 * they compute does not depend on it. A closure that turns out to need each virtual rank on its own is remembered.
 * Thread-safe.
 */
final class LeafGroups {
    /** More rows at once would save little. */
    private static final int MOST_ROWS = 128;

    private final StateIndex state;
    private final ToIntBiFunction<Batch, Integer> rows;
    private final Set<Class<?>> apart = ConcurrentHashMap.newKeySet();

    /**
     * Groups the virtual ranks of a job.
     *
     * @param rows how many rows of a batch a virtual rank has
     */
    LeafGroups(StateIndex state, ToIntBiFunction<Batch, Integer> rows) {
        this.state = state;
        this.rows = rows;
    }

    /** {@return the virtual ranks of a node that run together, from {@code first} on} */
    VirtualRanks from(int first, VirtualRanks node, Work<?> work, Batch batch) {
        int each = rows.applyAsInt(batch, first);
        int next = first + 1;
        if (each > 0 && mayRunTogether(work)) {
            while (next < node.to() && (next + 1 - first) * each <= MOST_ROWS && rows.applyAsInt(batch, next) == each) {
                next++;
            }
        }
        return new VirtualRanks(first, next);
    }

    private boolean mayRunTogether(Work<?> work) {
        return !apart.contains(work.closure().getClass()) && !AnomalyMode.isEnabled() && !state.hasHooks();
    }

    /**
     * Runs a closure for several virtual ranks at once. What fails so is run again for each alone, which either works
     * or says what is wrong in the shapes that the closure knows.
     *
     * @return its result, empty if it cannot run so
     */
    <T> Optional<T> tried(Work<?> work, Batching batching, Supplier<T> closure) {
        try {
            T result = closure.get();
            if (!batching.isRefused()) {
                batching.settle();
                return Optional.of(result);
            }
        } catch (NotBatchable | RuntimeException needsOneByOne) {
            // It is run once more for each, as below.
        }
        apart.add(work.closure().getClass());
        return Optional.empty();
    }
}
