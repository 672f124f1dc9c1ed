package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.op.FixedSum;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.device.Storage;

/**
 * Numbers of each channel, written out for several pixels in a row, so that a loop over as many pixels of a
 * channels-last image reads them as one flat stream. Confined to a thread.
 */
final class ChannelTable implements AutoCloseable {
    /** A stream of this length hides what a loop costs to start, and several stay in the first-level cache. */
    private static final long STREAM = 1024;

    private final long channels;
    private final long pixels;
    private final Storage memory;

    /** Makes a table of {@code vectors} empty entries. */
    ChannelTable(MemoryPool pool, long channels, int vectors) {
        this.channels = channels;
        this.pixels = pixels(channels);
        this.memory = pool.allocate(vectors * pixels * channels * Float.BYTES);
    }

    /** {@return how many pixels a stream has: a power of two up to the lanes of a sum} */
    static long pixels(long channels) {
        long pixels = 1;
        while (pixels < FixedSum.LANES && pixels * channels < STREAM) {
            pixels *= 2;
        }
        return pixels;
    }

    /** {@return how many pixels each stream has} */
    long pixels() {
        return pixels;
    }

    /** {@return the entries from the first on} */
    Channels channels() {
        return new Channels(entry(0), entryBytes());
    }

    private long entryBytes() {
        return pixels * channels * Float.BYTES;
    }

    /** {@return where an entry's stream begins; its first {@code channels} numbers are the vector itself} */
    long entry(int index) {
        return memory.address() + index * entryBytes();
    }

    /** Copies a vector of a number a channel into an entry. */
    void set(int index, long vector) {
        long bytes = channels * Float.BYTES;
        for (long pixel = 0; pixel < pixels; pixel++) {
            Lanes.copy(vector, entry(index) + pixel * bytes, bytes);
        }
    }

    @Override
    public void close() {
        memory.release();
    }
}
