package dev.lockstep.collectives;

import java.lang.foreign.MemorySegment;
import java.util.List;

/** An all-gather under way. Thread-safe. */
public interface GatherWork extends Work {
    /**
     * {@return what each rank gave, by rank, in native memory that lives as long as it is reachable}
     *
     * @throws IllegalStateException if the operation has not ended well yet
     */
    List<MemorySegment> parts();
}
