package dev.lockstep.collectives.algorithm;

import dev.lockstep.collectives.ReduceKernel;
import dev.lockstep.collectives.ReduceOp;
import dev.lockstep.layout.DType;
import java.lang.foreign.MemorySegment;

/**
 * How two segments become one.
 *
 * @param dtype the elements
 * @param op how elements are combined
 * @param kernel asked first; the plain loops do what it does not know
 */
record Combiner(DType dtype, ReduceOp op, ReduceKernel kernel) {
    /** Computes target = left op right; the target may be one of them. */
    void combine(MemorySegment left, MemorySegment right, MemorySegment target) {
        if (!kernel.combine(dtype, op, left, right, target)) {
            Elementwise.combine(dtype, op, left, right, target);
        }
    }

    /** Turns a reduced segment into the result. */
    void finish(MemorySegment target, int ranks) {
        if (op == ReduceOp.MEAN) {
            Elementwise.divide(dtype, target, ranks);
        }
    }
}
