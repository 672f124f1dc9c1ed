package dev.lockstep.device;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The blocks that one thread keeps for itself, and its part of the pool's counters, so that allocating takes no lock
 * and contends for no counter. Blocks and counters are written by the owner only; counters may be read by anybody; a
 * dead owner's blocks by who finds it dead.
 */
final class ThreadCache {
    /** Blocks above this size are kept by the pool, not by threads. */
    private static final long MAX_BLOCK_BYTES = 1 << 20;

    private static final long MAX_CLASS_BYTES = 1 << 20;
    private static final int MAX_CLASS_BLOCKS = 64;
    private static final VarHandle IN_USE = counter("inUseBytes");
    private static final VarHandle ALLOCATIONS = counter("allocations");

    private final Thread owner = Thread.currentThread();
    private final @Nullable Deque<Block>[] free;

    @SuppressWarnings("unused") // Accessed through IN_USE.
    private long inUseBytes;

    @SuppressWarnings("unused") // Accessed through ALLOCATIONS.
    private long allocations;

    @SuppressWarnings({"unchecked", "rawtypes"}) // Java has no generic arrays.
    ThreadCache() {
        this.free = new Deque[SizeClasses.of(MAX_BLOCK_BYTES) + 1];
    }

    private static VarHandle counter(String name) {
        try {
            return MethodHandles.lookup().findVarHandle(ThreadCache.class, name, long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    boolean isOwnerAlive() {
        return owner.isAlive();
    }

    @Nullable
    Block take(int sizeClass) {
        Deque<Block> blocks = sizeClass < free.length ? free[sizeClass] : null;
        return blocks == null ? null : blocks.pollLast();
    }

    /** Keeps a block, or says that there is no room. */
    boolean put(Block block) {
        int sizeClass = block.sizeClass();
        if (sizeClass >= free.length) {
            return false;
        }
        Deque<Block> blocks = free[sizeClass];
        if (blocks == null) {
            blocks = new ArrayDeque<>();
            free[sizeClass] = blocks;
        }
        if (blocks.size() >= Math.min(MAX_CLASS_BLOCKS, MAX_CLASS_BYTES / block.sizeBytes())) {
            return false;
        }
        blocks.addLast(block);
        return true;
    }

    /** Takes all blocks out. */
    List<Block> drain() {
        List<Block> all = new ArrayList<>();
        for (Deque<Block> blocks : free) {
            if (blocks != null) {
                all.addAll(blocks);
                blocks.clear();
            }
        }
        return all;
    }

    /** Notes bytes handed out (or returned, negative) by this thread. Returns this thread's balance. */
    long addInUse(long bytes) {
        long sum = (long) IN_USE.getOpaque(this) + bytes;
        IN_USE.setOpaque(this, sum);
        return sum;
    }

    long countAllocation() {
        long sum = (long) ALLOCATIONS.getOpaque(this) + 1;
        ALLOCATIONS.setOpaque(this, sum);
        return sum;
    }

    long inUse() {
        return (long) IN_USE.getOpaque(this);
    }

    long allocations() {
        return (long) ALLOCATIONS.getOpaque(this);
    }
}
