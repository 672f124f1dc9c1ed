package dev.lockstep.collectives.algorithm;

import java.lang.foreign.MemorySegment;

/** Cuts segments. A slice that is the whole is the segment itself, so that small calls make no objects. */
final class Slices {
    private Slices() {}

    /** {@return {@code sizeBytes} bytes of a segment from {@code offset} on} */
    static MemorySegment of(MemorySegment segment, long offset, long sizeBytes) {
        return offset == 0 && sizeBytes == segment.byteSize() ? segment : segment.asSlice(offset, sizeBytes);
    }
}
