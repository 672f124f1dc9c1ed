package dev.lockstep.device;

import java.lang.foreign.MemorySegment;

/** Gives raw memory of one device to a pool. Thread-safe. */
public interface MemorySource {
    /** {@return the device whose memory this is} */
    Device device();

    /**
     * Takes memory from the system, not zeroed, aligned to at least 64 bytes.
     *
     * @throws OutOfMemoryError if the system has none left
     */
    MemorySegment allocate(long sizeBytes);

    /** Gives memory taken by {@link #allocate} back to the system. */
    void free(MemorySegment memory);
}
