package dev.lockstep.collectives.shared;

import dev.lockstep.collectives.transport.Farewell;
import dev.lockstep.collectives.transport.Window;

/**
 * Where things lie in a rank's segment. All ranks of a generation have the same layout.
 *
 * <pre>
 * page      magic 4 | version 4 | job 32 | attempt 8 | generation 8 | rank 4 | size 4 | cores 4 | state 4 |
 *           farewell length 4 | farewell
 * cursors   for each peer, 128 bytes: how much of its ring to this rank has been read 8
 * rings     for each peer: how much has been written 8 | pad to 128 | bytes
 * window    see {@link Window}
 * </pre>
 *
 * @param size the number of ranks
 * @param ringBytes the size of each ring, a power of two
 * @param slotBytes the size of the window's slots
 */
record SegmentLayout(int size, long ringBytes, long slotBytes) {
    static final int MAGIC = 0x4c4b534d; // "LKSM"
    static final int VERSION = 1;
    static final long JOB_AT = 8;
    static final int JOB_BYTES = 32;
    static final long ATTEMPT_AT = 40;
    static final long GENERATION_AT = 48;
    static final long RANK_AT = 56;
    static final long SIZE_AT = 60;
    static final long CORES_AT = 64;
    static final long STATE_AT = 68;
    static final long FAREWELL_AT = 72;
    static final long LINE_BYTES = 128;
    private static final long PAGE_BYTES = 4096;
    private static final long RINGS_BYTES = 4 << 20;
    private static final long RING_BYTES_MAX = 1 << 20;
    private static final long RING_BYTES_MIN = 64 << 10;
    private static final long SLOT_BYTES = 1 << 20;

    static {
        assert FAREWELL_AT + Integer.BYTES + Farewell.BYTES_MAX <= PAGE_BYTES : "a farewell does not fit";
    }

    /** {@return the layout for so many ranks: rings share a budget, so that they get smaller as ranks get more} */
    static SegmentLayout of(int size) {
        long share = Long.highestOneBit(RINGS_BYTES / size);
        return new SegmentLayout(size, Math.clamp(share, RING_BYTES_MIN, RING_BYTES_MAX), SLOT_BYTES);
    }

    /** {@return where the cursor lies that says how much of {@code peer} this rank has read} */
    long cursorAt(int peer) {
        return PAGE_BYTES + peer * LINE_BYTES;
    }

    /** {@return where the ring to {@code peer} lies} */
    long ringAt(int peer) {
        return cursorAt(size) + peer * (LINE_BYTES + ringBytes);
    }

    long windowAt() {
        return ringAt(size);
    }

    long totalBytes() {
        return windowAt() + Window.blockBytes(slotBytes);
    }
}
