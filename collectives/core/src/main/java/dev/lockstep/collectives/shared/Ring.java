package dev.lockstep.collectives.shared;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * A stream of bytes from one process to another. The writer owns the bytes and the count of those written, the reader
 * the count of those read; each is in its owner's segment. Each end is confined to one thread at a time.
 */
final class Ring {
    private static final VarHandle COUNT = JAVA_LONG.varHandle();

    private final MemorySegment ring;
    private final MemorySegment cursor;
    private final long sizeBytes;
    private long position;

    /**
     * Makes one end of a ring.
     *
     * @param ring the count of bytes written, 128 bytes, and the bytes
     * @param cursor the count of bytes read
     */
    Ring(MemorySegment ring, MemorySegment cursor) {
        this.ring = ring;
        this.cursor = cursor;
        this.sizeBytes = ring.byteSize() - SegmentLayout.LINE_BYTES;
    }

    /** {@return how many bytes can be written} */
    long room() {
        return sizeBytes - (position - (long) COUNT.getAcquire(cursor, 0L));
    }

    /** {@return how many bytes can be read; 0 for a count that makes no sense} */
    long available() {
        long count = (long) COUNT.getAcquire(ring, 0L) - position;
        return count < 0 || count > sizeBytes ? 0 : count;
    }

    /** Writes the bytes and lets the reader see them; there must be room. */
    void write(MemorySegment bytes) {
        for (long at = 0; at < bytes.byteSize(); ) {
            MemorySegment place = stretch(bytes.byteSize() - at);
            MemorySegment.copy(bytes, at, place, 0, place.byteSize());
            at += place.byteSize();
            position += place.byteSize();
        }
        COUNT.setRelease(ring, 0L, position);
    }

    /** Writes so many bytes of no meaning; there must be room. */
    void pad(long count) {
        position += count;
        COUNT.setRelease(ring, 0L, position);
    }

    /** {@return the next bytes to be read: as many as asked for, or up to the end of the ring} */
    MemorySegment peek(long count) {
        return stretch(count).asReadOnly();
    }

    /** Gives room for so many bytes back to the writer. */
    void skip(long count) {
        position += count;
        COUNT.setRelease(cursor, 0L, position);
    }

    private MemorySegment stretch(long count) {
        long at = position & (sizeBytes - 1);
        return ring.asSlice(SegmentLayout.LINE_BYTES + at, Math.min(count, sizeBytes - at));
    }
}
