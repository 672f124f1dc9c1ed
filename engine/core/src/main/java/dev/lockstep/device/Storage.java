package dev.lockstep.device;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A block of native memory with a reference count. Created with a count of one; at zero the block returns to its pool
 * at once. A permanent storage (of a parameter or buffer) is not counted, so that threads never contend for its count.
 * Thread-safe; the contents are not.
 */
public final class Storage {
    private final MemoryPool pool;
    private final MemorySegment segment;
    private final long sizeBytes;
    private final AtomicInteger count = new AtomicInteger(1);
    private volatile boolean permanent;
    private volatile int version;

    Storage(MemoryPool pool, MemorySegment segment, long sizeBytes) {
        this.pool = pool;
        this.segment = segment;
        this.sizeBytes = sizeBytes;
    }

    /** {@return the device that holds the memory} */
    public Device device() {
        return pool.device();
    }

    /** {@return the bytes asked for; the block may be larger} */
    public long sizeBytes() {
        return sizeBytes;
    }

    /**
     * {@return the memory} Pending work that fills it is forced first.
     *
     * @throws IllegalStateException if the storage was released
     */
    public MemorySegment segment() {
        checkAlive();
        return segment;
    }

    /** {@return the native address, 64-byte aligned} */
    public long address() {
        checkAlive();
        return segment.address();
    }

    /** Adds a reference. */
    public Storage retain() {
        if (!permanent && count.getAndIncrement() <= 0) {
            throw new IllegalStateException("storage: retained after its memory was released");
        }
        return this;
    }

    /** Drops a reference; the last one returns the block to the pool. */
    public void release() {
        if (permanent) {
            return;
        }
        int left = count.decrementAndGet();
        if (left < 0) {
            throw new IllegalStateException("storage: released more often than retained");
        }
        if (left == 0) {
            pool.recycle(segment, sizeBytes);
        }
    }

    /** Makes the storage live until it is unreachable; counts no longer matter. For parameters and buffers. */
    public Storage makePermanent() {
        checkAlive();
        permanent = true;
        return this;
    }

    /** {@return whether one counted reference is all there is: nobody else sees the memory} */
    public boolean isExclusive() {
        return !permanent && count.get() == 1;
    }

    /** {@return how often an in-place operation has written here; autograd refuses saved values of an older version} */
    public int version() {
        return version;
    }

    /** Notes an in-place write. Called by the thread that writes. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // In-place writes to one storage are never concurrent.
    public void bumpVersion() {
        version++;
    }

    private void checkAlive() {
        if (!permanent && count.get() <= 0) {
            throw new IllegalStateException("storage: used after its memory was released");
        }
    }
}
