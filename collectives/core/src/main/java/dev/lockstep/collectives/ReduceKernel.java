package dev.lockstep.collectives;

import dev.lockstep.layout.DType;
import java.lang.foreign.MemorySegment;

/**
 * A fast way to combine two segments element by element, put in by whoever knows the processor. Every element of the
 * result must have the bits that the plain operation on its two elements gives, and depend on nothing else.
 */
@FunctionalInterface
public interface ReduceKernel {
    /** Knows nothing, so that the plain loops do all the work. */
    ReduceKernel NONE = (_, _, _, _, _) -> false;

    /**
     * Computes target = left op right, unless it does not know how.
     *
     * @param op how; MEAN stands for its sum
     * @param left native memory of the target's length, as is {@code right}; the target may be one of them
     * @return whether it has done so; if not, nothing was written
     */
    boolean combine(DType dtype, ReduceOp op, MemorySegment left, MemorySegment right, MemorySegment target);
}
