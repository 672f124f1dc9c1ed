package dev.lockstep.collectives.algorithm;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * One rank's part in a reduction over shared memory.
 *
 * @param shape the order of the sum
 * @param partials this rank's node sums, one segment of the bucket's length for each of its nodes
 * @param out where the result goes
 */
record Bucket(SumShape shape, List<MemorySegment> partials, MemorySegment out) {
    /** {@return elements {@code [from, from + count)} of a segment} */
    MemorySegment stretch(MemorySegment segment, long from, long count) {
        return Slices.of(segment, from * shape.elementBytes(), count * shape.elementBytes());
    }
}
