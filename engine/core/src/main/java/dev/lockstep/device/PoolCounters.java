package dev.lockstep.device;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The pool's counters: each thread counts for itself, and joins its balance to the common one now and then.
 * Thread-safe.
 */
final class PoolCounters {
    private static final long JOIN_BYTES = 256 * 1024;

    private final List<ThreadCache> caches = new CopyOnWriteArrayList<>();
    private final AtomicLong inUse = new AtomicLong();
    private final AtomicLong peak = new AtomicLong();
    private final AtomicLong allocations = new AtomicLong();

    void register(ThreadCache cache) {
        caches.add(cache);
    }

    /** Forgets the threads that have ended. Returns their caches, whose blocks are the caller's now. */
    List<ThreadCache> removeDead() {
        List<ThreadCache> dead =
                caches.stream().filter(cache -> !cache.isOwnerAlive()).toList();
        return dead.stream().filter(this::retire).toList();
    }

    /** Takes a dead thread's counters over, once. */
    private boolean retire(ThreadCache cache) {
        if (!caches.remove(cache)) {
            return false;
        }
        inUse.addAndGet(cache.inUse());
        allocations.addAndGet(cache.allocations());
        return true;
    }

    /** Notes bytes handed out or (negative) returned by a thread. */
    void add(ThreadCache cache, long bytes) {
        long balance = cache.addInUse(bytes);
        if (balance >= JOIN_BYTES || balance <= -JOIN_BYTES) {
            cache.addInUse(-balance);
            long sum = inUse.addAndGet(balance);
            peak.accumulateAndGet(sum, Math::max);
        }
    }

    long inUse() {
        long sum = inUse.get();
        for (ThreadCache cache : caches) {
            sum += cache.inUse();
        }
        peak.accumulateAndGet(sum, Math::max);
        return sum;
    }

    long peak() {
        return peak.get();
    }

    long allocations() {
        long sum = allocations.get();
        for (ThreadCache cache : caches) {
            sum += cache.allocations();
        }
        return sum;
    }
}
