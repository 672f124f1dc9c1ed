package dev.lockstep.device;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import org.jspecify.annotations.Nullable;

/**
 * A block of native memory with a reference count. Created with a count of one; at zero the block returns to its pool
 * at once. A permanent storage (of a parameter or buffer) is not counted, so that threads never contend for its count;
 * its block returns when the storage is unreachable. A counted storage that is forgotten is found the same way, which
 * the pool's statistics report. Thread-safe; the contents are not.
 */
public final class Storage {
    private static final VarHandle COUNT;

    static {
        try {
            COUNT = MethodHandles.lookup().findVarHandle(Storage.class, "count", int.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final MemoryPool pool;
    private final Block block;
    private final Block.Watch watch;
    private final long sizeBytes;

    @SuppressWarnings("FieldMayBeFinal") // Written through COUNT.
    private volatile int count = 1;

    private volatile boolean permanent;
    private volatile int version;

    Storage(MemoryPool pool, Block block, long sizeBytes, ReferenceQueue<Storage> forgotten, @Nullable String label) {
        this.pool = pool;
        this.block = block;
        this.sizeBytes = sizeBytes;
        this.watch = block.watch(this, forgotten, label);
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
        return block.segment().asSlice(0, sizeBytes);
    }

    /**
     * {@return the native address, 64-byte aligned} It is good as long as this storage is reachable and counted.
     *
     * @throws IllegalStateException if the storage was released
     */
    public long address() {
        checkAlive();
        return block.address();
    }

    /** Adds a reference. */
    public Storage retain() {
        if (!permanent && add(1) == 0) {
            throw new IllegalStateException("storage: retained after its memory was released");
        }
        return this;
    }

    /** Drops a reference; the last one returns the block to the pool. */
    public void release() {
        if (permanent) {
            return;
        }
        int before = add(-1);
        if (before == 0) {
            throw new IllegalStateException("storage: released more often than retained");
        }
        if (before == 1) {
            try {
                pool.recycle(block);
            } finally {
                Reference.reachabilityFence(
                        this); // Else the collector may report this storage while it is being released.
            }
        }
    }

    /**
     * Adds to a count that is not zero. Returns the count before; at zero nothing changes, since the block may be
     * another's.
     */
    private int add(int change) {
        int before = count;
        while (before > 0 && !COUNT.compareAndSet(this, before, before + change)) {
            before = count;
        }
        return before;
    }

    /** Makes the storage live until it is unreachable; counts no longer matter. For parameters and buffers. */
    public Storage makePermanent() {
        checkAlive();
        permanent = true;
        watch.makePermanent();
        return this;
    }

    /** {@return whether one counted reference is all there is: nobody else sees the memory} */
    public boolean isExclusive() {
        return !permanent && count == 1;
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
        if (!permanent && count <= 0) {
            throw new IllegalStateException("storage: used after its memory was released");
        }
    }
}
