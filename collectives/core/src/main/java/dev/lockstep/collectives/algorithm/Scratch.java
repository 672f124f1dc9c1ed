package dev.lockstep.collectives.algorithm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Keeps the native memory of finished collectives for the next ones, in powers of two. The memory lives as long as it
 * is reachable, so a failed collective may simply forget its own. Thread-safe.
 */
public final class Scratch {
    private static final int ALIGNMENT_BYTES = 64;
    private static final int SMALLEST_LOG2 = 12;
    private static final int KEPT_PER_SIZE = 64;

    private final List<Deque<MemorySegment>> free = new ArrayList<>();

    /** Makes an empty store. */
    public Scratch() {
        for (int log2 = 0; log2 < Long.SIZE; log2++) {
            free.add(new ArrayDeque<>());
        }
    }

    /** {@return at least {@code sizeBytes} bytes of any content, 64-byte aligned} */
    public MemorySegment take(long sizeBytes) {
        int log2 = log2(sizeBytes);
        synchronized (this) {
            MemorySegment kept = free.get(log2).poll();
            if (kept != null) {
                return kept;
            }
        }
        return Arena.ofAuto().allocate(1L << log2, ALIGNMENT_BYTES);
    }

    /** Takes memory back. */
    public synchronized void give(MemorySegment memory) {
        Deque<MemorySegment> kept = free.get(log2(memory.byteSize()));
        if (kept.size() < KEPT_PER_SIZE) {
            kept.add(memory);
        }
    }

    private static int log2(long sizeBytes) {
        return Math.max(SMALLEST_LOG2, Long.SIZE - Long.numberOfLeadingZeros(Math.max(1, sizeBytes) - 1));
    }
}
