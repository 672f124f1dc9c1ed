package dev.lockstep.device;

import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Hands out storages of one device and keeps returned blocks for the next request: first in the thread that returned
 * them, then in lists that all threads share. Small blocks are cut from chunks of 2 MB that are never given back, large
 * ones come from the source alone and go back to it under pressure. Over the limit the pool reclaims, in this order:
 * forgotten storages, cached blocks, what one garbage collection finds. Thread-safe.
 */
public final class MemoryPool {
    private static final long CHUNK_BYTES = 2 << 20;
    private static final long MAX_CUT_BYTES = 256 * 1024;
    private static final int FIRST_LARGE_CLASS = SizeClasses.of(MAX_CUT_BYTES) + 1;
    private static final int POLL_INTERVAL = 64;
    private static final int GC_WAITS_MAX = 20;
    private static final long GC_WAIT_MILLIS = 25;
    private static final double DEFAULT_LIMIT_FRACTION = 0.8;

    private final MemorySource source;
    private final long limitBytes;
    private final FreeBlocks shared = new FreeBlocks();
    private final PoolCounters counters = new PoolCounters();
    private final Set<Block> blocks = ConcurrentHashMap.newKeySet();
    private final ReferenceQueue<Storage> forgotten = new ReferenceQueue<>();
    private final AtomicLong reserved = new AtomicLong();
    private final AtomicLong reclaimedByGc = new AtomicLong();
    private final AtomicLong permanentReclaimed = new AtomicLong();
    private final ThreadLocal<ThreadCache> caches = ThreadLocal.withInitial(this::newCache);
    private final Object chunkLock = new Object();
    private final Object pressureLock = new Object();
    private @Nullable MemorySegment chunk;
    private long chunkUsed;
    private volatile @Nullable Supplier<String> labels;

    /** Makes an empty pool over a source, limited to four fifths of the machine's memory. */
    public MemoryPool(MemorySource source) {
        this(source, defaultLimit());
    }

    /** Makes an empty pool over a source that reserves at most {@code limitBytes}. */
    public MemoryPool(MemorySource source, long limitBytes) {
        this.source = source;
        this.limitBytes = limitBytes;
    }

    private static long defaultLimit() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? (long) (system.getTotalMemorySize() * DEFAULT_LIMIT_FRACTION)
                : Long.MAX_VALUE;
    }

    private ThreadCache newCache() {
        counters.removeDead().forEach(dead -> dead.drain().forEach(shared::put));
        ThreadCache cache = new ThreadCache();
        counters.register(cache);
        return cache;
    }

    /** {@return the device whose memory this pool hands out} */
    public Device device() {
        return source.device();
    }

    /**
     * Allocates a storage of at least {@code sizeBytes}, not zeroed, 64-byte aligned, with a count of one.
     *
     * @throws TensorMemoryError if there is no memory left after everything was reclaimed
     */
    public Storage allocate(long sizeBytes) {
        int sizeClass = SizeClasses.of(sizeBytes);
        ThreadCache cache = caches.get();
        if (cache.countAllocation() % POLL_INTERVAL == 0) {
            reclaimForgotten();
        }
        Block block = cache.take(sizeClass);
        if (block == null) {
            block = shared.take(sizeClass);
        }
        if (block == null) {
            block = reserve(sizeClass);
        }
        counters.add(cache, block.sizeBytes());
        Supplier<String> recorded = labels;
        return new Storage(this, block, sizeBytes, forgotten, recorded == null ? null : recorded.get());
    }

    /** Makes a storage that takes no memory until somebody asks for its contents. */
    public Storage pending(long sizeBytes, Storage.Pending work) {
        return new Storage(this, sizeBytes, work);
    }

    /**
     * Makes a storage with a count of one of memory that is somebody else's, 64-byte aligned. It is in no statistics,
     * and at zero it goes to nobody; until then the storage keeps it reachable.
     */
    public Storage adopt(MemorySegment memory) {
        return new Storage(this, Block.foreign(memory), memory.byteSize(), forgotten, null);
    }

    /** Lets a block that another storage gave up report this one if it is forgotten. */
    Block.Watch watch(Block block, Storage owner) {
        block.unwatch();
        return block.watch(owner, forgotten, null);
    }

    void recycle(Block block) {
        block.unwatch();
        if (block.isForeign()) {
            return;
        }
        ThreadCache cache = caches.get();
        counters.add(cache, -block.sizeBytes());
        if (!cache.put(block)) {
            shared.put(block);
        }
    }

    /** Takes back the blocks of storages that the garbage collector found. Returns whether there were any. */
    private boolean reclaimForgotten() {
        boolean any = false;
        for (Reference<? extends Storage> found = forgotten.poll(); found != null; found = forgotten.poll()) {
            reclaim(found);
            any = true;
        }
        return any;
    }

    private void reclaim(Reference<? extends Storage> found) {
        Block.Watch watch = (Block.Watch) found;
        if (watch.block().isForeign()) {
            return;
        }
        (watch.isPermanent() ? permanentReclaimed : reclaimedByGc).incrementAndGet();
        recycle(watch.block());
    }

    /** Gets a new block from the source, after relieving pressure if need be. */
    private Block reserve(int sizeClass) {
        reclaimForgotten();
        Block block = shared.take(sizeClass);
        if (block == null) {
            block = tryReserve(sizeClass);
        }
        return block == null ? relieve(sizeClass) : block;
    }

    private @Nullable Block tryReserve(int sizeClass) {
        return sizeClass < FIRST_LARGE_CLASS ? cut(sizeClass) : fromSource(sizeClass);
    }

    private @Nullable Block cut(int sizeClass) {
        long size = SizeClasses.sizeBytes(sizeClass);
        synchronized (chunkLock) {
            MemorySegment current = chunk;
            if (current == null || chunkUsed + size > current.byteSize()) {
                current = take(CHUNK_BYTES);
                if (current == null) {
                    return null;
                }
                chunk = current;
                chunkUsed = 0;
            }
            MemorySegment piece = current.asSlice(chunkUsed, size);
            chunkUsed += size;
            return keep(new Block(piece, sizeClass));
        }
    }

    private @Nullable Block fromSource(int sizeClass) {
        MemorySegment memory = take(SizeClasses.sizeBytes(sizeClass));
        return memory == null ? null : keep(new Block(memory, sizeClass));
    }

    private Block keep(Block block) {
        blocks.add(block);
        return block;
    }

    /** Takes memory from the source, unless that leads over the limit or there is none. */
    private @Nullable MemorySegment take(long sizeBytes) {
        if (reserved.addAndGet(sizeBytes) > limitBytes) {
            reserved.addAndGet(-sizeBytes);
            return null;
        }
        try {
            return source.allocate(sizeBytes);
        } catch (OutOfMemoryError none) {
            reserved.addAndGet(-sizeBytes);
            return null;
        }
    }

    private Block relieve(int sizeClass) {
        synchronized (pressureLock) {
            Block block = retryAfterReturning(sizeClass);
            if (block == null && collectGarbage()) {
                block = shared.take(sizeClass);
            }
            if (block == null) {
                block = retryAfterReturning(sizeClass);
            }
            if (block == null) {
                throw new TensorMemoryError(
                        LiveAllocations.describe(stats(), device(), SizeClasses.sizeBytes(sizeClass), blocks));
            }
            return block;
        }
    }

    /** Gives the large cached blocks back to the source and tries again. */
    private @Nullable Block retryAfterReturning(int sizeClass) {
        caches.get().drain().forEach(shared::put);
        counters.removeDead().forEach(dead -> dead.drain().forEach(shared::put));
        Block cached = shared.take(sizeClass);
        if (cached != null) {
            return cached;
        }
        for (int large = FIRST_LARGE_CLASS; large < SizeClasses.COUNT; large++) {
            shared.drain(large).forEach(this::giveBack);
        }
        return tryReserve(sizeClass);
    }

    private void giveBack(Block block) {
        blocks.remove(block);
        source.free(block.segment());
        reserved.addAndGet(-block.sizeBytes());
    }

    /** Asks for one collection and waits, within a bound, for what it finds. */
    private boolean collectGarbage() {
        System.gc();
        boolean any = reclaimForgotten();
        try {
            for (int i = 0; i < GC_WAITS_MAX; i++) {
                Reference<? extends Storage> found = forgotten.remove(GC_WAIT_MILLIS);
                if (found == null && any) {
                    break;
                }
                if (found != null) {
                    reclaim(found);
                    any = true;
                    reclaimForgotten();
                }
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        return any;
    }

    /** Notes for each storage from now on where it was allocated, so that an error can list it; null stops that. */
    public void recordAllocations(@Nullable Supplier<String> whereNow) {
        labels = whereNow;
    }

    /** {@return what the pool has done so far} */
    public MemoryStats stats() {
        reclaimForgotten();
        return new MemoryStats(
                counters.inUse(),
                reserved.get(),
                counters.peak(),
                limitBytes,
                counters.allocations(),
                reclaimedByGc.get(),
                permanentReclaimed.get());
    }
}
