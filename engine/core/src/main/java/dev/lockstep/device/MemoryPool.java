package dev.lockstep.device;

import java.lang.foreign.MemorySegment;

/** Hands out storages of one device and keeps returned blocks for the next request. Thread-safe. */
public final class MemoryPool {
    private final MemorySource source;

    /** Makes an empty pool over a source. */
    public MemoryPool(MemorySource source) {
        this.source = source;
    }

    /** {@return the device whose memory this pool hands out} */
    public Device device() {
        return source.device();
    }

    /** Allocates a storage of at least {@code sizeBytes}, not zeroed, 64-byte aligned, with a count of one. */
    public Storage allocate(long sizeBytes) {
        return new Storage(this, source.allocate(Math.max(64, sizeBytes)), sizeBytes);
    }

    void recycle(MemorySegment segment, long sizeBytes) {
        source.free(segment);
    }
}
