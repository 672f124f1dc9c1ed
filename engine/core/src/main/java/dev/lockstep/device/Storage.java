package dev.lockstep.device;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A block of native memory with a reference count. Created with a count of one; at zero the block returns to its pool
 * at once. A permanent storage (of a parameter or buffer) is not counted, so that threads never contend for its count;
 * its block returns when the storage is unreachable. A counted storage that is forgotten is found the same way, which
 * the pool's statistics report. Thread-safe; the contents are not.
 *
 * <p>A storage may be pending: it has no memory until somebody asks for its address. That is the seam for whoever puts
 * computations off.
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
    private final long sizeBytes;
    private @Nullable Block block;
    private Block.@Nullable Watch watch;
    private volatile @Nullable Pending pending;
    private @Nullable List<Pending> readers;

    @SuppressWarnings("FieldMayBeFinal") // Written through COUNT.
    private volatile int count = 1;

    private volatile boolean permanent;
    private volatile int version;
    private volatile int exposures;
    private volatile @Nullable Object companion;

    /**
     * Work that fills a storage when its memory is first asked for. Whoever makes it pending keeps what it needs alive.
     */
    public interface Pending {
        /** Fills the storage by {@link Storage#fill}, unless that has happened. Thread-safe. */
        void compute();

        /**
         * Fills the storage, since memory that the work reads may be written next, unless it is the calling thread's
         * own work that asks for that memory. Thread-safe.
         */
        void computeBeforeWrite();

        /** Lets go of everything: the storage was released, and nobody will ask. Called once at most. */
        void discard();

        /** Notes that somebody will certainly ask. */
        void expect();
    }

    Storage(MemoryPool pool, Block block, long sizeBytes, ReferenceQueue<Storage> forgotten, @Nullable String label) {
        this.pool = pool;
        this.block = block;
        this.sizeBytes = sizeBytes;
        this.watch = block.watch(this, forgotten, label);
    }

    /** Makes a storage whose memory is computed when it is asked for. */
    Storage(MemoryPool pool, long sizeBytes, Pending work) {
        this.pool = pool;
        this.sizeBytes = sizeBytes;
        this.pending = work;
    }

    /** {@return the work that will fill this storage, if it was not needed yet} */
    public Optional<Pending> pending() {
        return Optional.ofNullable(pending);
    }

    /** Fills this storage now if it is pending. */
    public void compute() {
        Pending work = pending;
        if (work != null) {
            work.compute();
        }
    }

    /** Notes that the memory will be asked for again, so that pending work should write it when it passes. */
    public void expectRead() {
        Pending work = pending;
        if (work != null) {
            work.expect();
        }
    }

    /**
     * Ends the pending state with the memory of another storage, which nobody may use afterwards.
     *
     * @throws IllegalStateException if the other one is shared, or this one is not pending
     */
    public void fill(Storage computed) {
        if (pending == null || !computed.isExclusive() || computed.sizeBytes != sizeBytes) {
            throw new IllegalStateException("storage: filled from one that does not fit or is shared, or filled twice");
        }
        computed.add(-1);
        block = computed.block();
        watch = pool.watch(computed.block(), this);
        pending = null; // Volatile: who sees this sees the block.
    }

    /** Notes pending work that reads this memory and must be computed before it changes. */
    public synchronized void addReader(Pending work) {
        if (readers == null) {
            readers = new ArrayList<>(2);
        }
        readers.add(work);
    }

    /** Forgets a reader that has been computed or discarded. */
    public synchronized void removeReader(Pending work) {
        if (readers != null) {
            readers.remove(work);
        }
    }

    /** Has all pending work computed that reads this memory. Called before a write in place. */
    public void computeReaders() {
        List<Pending> waiting;
        synchronized (this) {
            waiting = readers == null ? List.of() : List.copyOf(readers);
        }
        waiting.forEach(Pending::computeBeforeWrite);
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
    @SuppressWarnings("NonAtomicVolatileUpdate") // Several at once may count as one: the number changes.
    public MemorySegment segment() {
        checkAlive();
        compute();
        computeReaders(); // The caller may write.
        if (permanent) {
            exposures++;
        }
        return block().segment().asSlice(0, sizeBytes);
    }

    /**
     * {@return the native address, 64-byte aligned} It is good as long as this storage is reachable and counted.
     *
     * @throws IllegalStateException if the storage was released
     */
    public long address() {
        checkAlive();
        compute();
        return block().address();
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
                end();
            } finally {
                Reference.reachabilityFence(
                        this); // Else the collector may report this storage while it is being released.
            }
        }
    }

    private Block block() {
        Block mine = block;
        if (mine == null) {
            throw new AssertionError("storage: pending work did not fill it");
        }
        return mine;
    }

    private void end() {
        Pending work = pending;
        if (work == null) {
            pool.recycle(block());
        } else {
            work.discard();
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
        compute();
        permanent = true;
        if (watch != null) {
            watch.makePermanent();
        }
        return this;
    }

    /** {@return whether this was made permanent} */
    public boolean isPermanent() {
        return permanent;
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

    /**
     * {@return a number that changes whenever the contents may have changed} Besides in-place operations that is
     * whenever somebody asked for the memory itself.
     */
    public long stamp() {
        return (long) version << Integer.SIZE | Integer.toUnsignedLong(exposures);
    }

    /**
     * {@return what a backend keeps beside the contents, such as a copy in another order, made on first use} It lives
     * as long as this storage is reachable, and has to compare {@link #stamp stamps}.
     *
     * @param type the only type of companion that this storage's backend makes
     */
    public <T> T companion(Class<T> type, Supplier<T> make) {
        Object known = companion;
        if (known == null) {
            synchronized (this) {
                known = companion == null ? make.get() : companion;
                companion = known;
            }
        }
        return type.cast(known);
    }

    private void checkAlive() {
        if (!permanent && count <= 0) {
            throw new IllegalStateException("storage: used after its memory was released");
        }
    }
}
