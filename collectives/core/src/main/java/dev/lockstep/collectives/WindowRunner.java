package dev.lockstep.collectives;

import dev.lockstep.collectives.algorithm.Blocks;
import dev.lockstep.collectives.algorithm.Rounds;
import dev.lockstep.collectives.algorithm.WindowCollectives;
import dev.lockstep.collectives.transport.Backoff;
import dev.lockstep.collectives.transport.Signature;
import dev.lockstep.collectives.transport.Transport;
import dev.lockstep.collectives.transport.Windows;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Runs collectives over a window, one after the other. Whoever waits for one drives it, so that a short one costs no
 * hand-over between threads; a thread of its own drives those that nobody waits for. Thread-safe.
 */
final class WindowRunner implements CollectiveRunner {
    private static final int QUEUE_LIMIT = 4096;
    private static final long QUIET_SECONDS = 10;
    private static final long NOT_BLOCKED = -1;

    private final Transport transport;
    private final Windows windows;
    private final GroupOptions options;
    private final WindowCollectives collectives;
    private final SharedFate fate;
    private final AtomicReference<@Nullable CollectiveException> failure = new AtomicReference<>();
    private final AtomicInteger awaiting = new AtomicInteger();
    private final AtomicReference<@Nullable Backoff> spareBackoff = new AtomicReference<>();
    private final ReentrantLock driving = new ReentrantLock();

    // Guarded by driving, but that anyone may ask whether work is queued.
    private final Queue<WindowWork> queue = new ArrayDeque<>();
    private volatile int queued;
    private long sequence;
    private long written;
    private long blockedSince = NOT_BLOCKED;
    private boolean stallReported;
    private @Nullable Thread thread;

    /**
     * Makes a runner.
     *
     * @param fate hears of the first failure before any work fails
     */
    WindowRunner(Transport transport, Windows windows, GroupOptions options, SharedFate fate) {
        this.fate = fate;
        this.transport = transport;
        this.windows = windows;
        this.options = options;
        this.collectives = new WindowCollectives(windows, options.kernel());
    }

    @Override
    public Work allReduce(Signature call, Algorithm algorithm, MemorySegment in, MemorySegment out) {
        return submit(call, collectives.allReduce(call, in, out));
    }

    @Override
    public Work allReduce(Signature call, TreeSum tree, List<MemorySegment> partials, MemorySegment out) {
        return submit(call, collectives.allReduce(call, tree, partials, out));
    }

    @Override
    public Work reduceScatter(Signature call, MemorySegment in, MemorySegment out) {
        return submit(call, collectives.reduceScatter(call, in, out));
    }

    @Override
    public Work reduce(Signature call, MemorySegment in, MemorySegment out, int root) {
        return submit(call, collectives.reduce(call, in, out, root));
    }

    @Override
    public Work allGather(Signature call, MemorySegment mine, MemorySegment out) {
        return submit(call, collectives.allGather(mine, out));
    }

    @Override
    public Work exchange(Signature call, Blocks blocks, boolean toOne) {
        return submit(call, collectives.exchange(blocks, toOne));
    }

    @Override
    public GatherWork allGather(Signature call, MemorySegment mine) {
        WindowCollectives.Gathering gathering = collectives.allGather(mine);
        return new Gathered(submit(call, gathering), gathering::parts);
    }

    @Override
    public Work broadcast(Signature call, MemorySegment data, int root) {
        return submit(call, collectives.broadcast(data, root));
    }

    @Override
    public Work barrier(Signature call) {
        return submit(call, collectives.barrier());
    }

    private WindowWork submit(Signature call, Rounds rounds) {
        driving.lock();
        try {
            WindowWork work = new WindowWork(this, sequence++, call, rounds);
            if (queue.size() == QUEUE_LIMIT) {
                queue.add(work);
                giveUp(new GroupAbortedException(work + ": more than " + QUEUE_LIMIT + " collectives wait"));
                return work;
            }
            queue.add(work);
            queued = queue.size();
            step();
            if (queued > 1 || (queued == 1 && !rounds.isSingle())) {
                wake();
            }
            return work;
        } finally {
            driving.unlock();
        }
    }

    /** Lets the thread drive what is queued, unless somebody waits and does so. */
    private void wake() {
        if (awaiting.get() > 0) {
            return;
        }
        if (thread == null) {
            thread = Thread.ofPlatform()
                    .daemon()
                    .name("collectives-" + transport.generation() + "." + transport.rank())
                    .start(this::drive);
        } else {
            LockSupport.unpark(thread);
        }
    }

    private void drive() {
        Backoff backoff = new Backoff(windows.isOversubscribed());
        while (failed() == null) {
            if (queued == 0 || awaiting.get() > 0) {
                LockSupport.park(this);
                backoff.reset();
            } else {
                advance(backoff);
            }
        }
    }

    /** {@return what ended this runner, or all of its fate; see Note [A failure is one moment]} */
    private @Nullable CollectiveException failed() {
        CollectiveException reason = failure.get();
        return reason != null ? reason : fate.reason();
    }

    /** Goes a round further, or lets some time pass. */
    private void advance(Backoff backoff) {
        if (tryStep()) {
            backoff.reset();
            return;
        }
        if (backoff.isPatient()) {
            lookAround();
        }
        backoff.pause();
    }

    private boolean tryStep() {
        if (!driving.tryLock()) {
            return false;
        }
        try {
            return step();
        } finally {
            driving.unlock();
        }
    }

    /** Goes one round further with the oldest collective; returns whether anything has changed. */
    private boolean step() {
        CollectiveException reason = failed();
        if (reason != null) {
            return failQueued(reason);
        }
        WindowWork oldest = queue.peek();
        if (oldest == null) {
            return false;
        }
        try {
            if (!oldest.step(windows.window())) {
                return false;
            }
        } catch (CollectiveException e) {
            return giveUp(e.during(oldest.toString()));
        } catch (RuntimeException | Error e) { // Whoever drives it: the group is told.
            return giveUp(new GroupAbortedException(oldest + ": failed in this process: " + e, e));
        }
        blockedSince = NOT_BLOCKED;
        if (oldest.hasEnded()) {
            queue.remove();
            queued = queue.size();
            written += oldest.written();
        }
        return true;
    }

    private boolean failQueued(CollectiveException reason) {
        boolean any = !queue.isEmpty();
        queue.forEach(work -> work.fail(reason));
        queue.clear();
        queued = 0;
        return any;
    }

    private boolean giveUp(CollectiveException reason) {
        fate.fail(reason);
        return failQueued(reason);
    }

    /** Looks why the oldest collective does not go on: has a peer given up, has it taken too long? */
    private void lookAround() {
        if (!driving.tryLock()) {
            return;
        }
        try {
            WindowWork oldest = queue.peek();
            if (oldest != null && failed() == null) {
                lookForFarewells(oldest);
                checkTime(oldest);
            }
        } finally {
            driving.unlock();
        }
    }

    private void lookForFarewells(WindowWork oldest) {
        for (int peer = 0; peer < windows.size(); peer++) {
            CollectiveException reason = windows.farewell().apply(peer);
            if (reason != null && !windows.window().hasCome(peer)) {
                giveUp(PeerLostException.passedOn(name(peer), transport.address(peer), reason)
                        .during(oldest.toString()));
            }
        }
    }

    private void checkTime(WindowWork oldest) {
        long now = windows.nanoTime().getAsLong();
        if (blockedSince == NOT_BLOCKED) {
            blockedSince = now;
            stallReported = false;
            return;
        }
        long waited = now - blockedSince;
        if (!stallReported && waited >= options.stallAfter().toNanos()) {
            stallReported = true;
            options.onStall()
                    .accept(oldest + " has waited " + TimeUnit.NANOSECONDS.toMillis(waited) + " ms for rank "
                            + name(oldest.awaited()));
        }
        if (waited >= options.timeout().toNanos()) {
            giveUp(new CollectiveTimeoutException(oldest + ": rank " + name(oldest.awaited()) + " has not come within "
                    + options.timeout().toMillis() + " ms"));
        }
    }

    /** Drives what is queued as far as it goes at once; returns whether {@code work} has ended. */
    boolean progress(WindowWork work) {
        CollectiveException reason = failed();
        while (!work.hasEnded() && tryStep()) {
            // Another round was possible.
        }
        if (reason != null) {
            work.fail(reason);
        }
        return work.hasEnded();
    }

    /**
     * Drives what is queued until {@code work} has ended.
     *
     * @throws CollectiveTimeoutException if that takes longer than {@code timeout}
     */
    void await(WindowWork work, Duration timeout) {
        awaiting.incrementAndGet();
        Backoff backoff = takeBackoff();
        try {
            long since = NOT_BLOCKED;
            while (!work.hasEnded()) {
                advance(backoff);
                if (backoff.isPatient() && !work.hasEnded()) {
                    since = checkAwait(work, timeout, since);
                }
            }
        } finally {
            spareBackoff.set(backoff);
            if (awaiting.decrementAndGet() == 0 && queued > 0) {
                wakeLater();
            }
        }
    }

    private Backoff takeBackoff() {
        Backoff spare = spareBackoff.getAndSet(null);
        if (spare == null) {
            return new Backoff(windows.isOversubscribed());
        }
        spare.reset();
        return spare;
    }

    private long checkAwait(WindowWork work, Duration timeout, long since) {
        CollectiveException reason = failed();
        if (reason != null) {
            work.fail(reason);
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new GroupAbortedException("interrupted while waiting for " + work);
        }
        long now = windows.nanoTime().getAsLong();
        if (since != NOT_BLOCKED && now - since >= timeout.toNanos()) {
            throw new CollectiveTimeoutException(work + " has not ended within " + timeout.toMillis() + " ms");
        }
        return since == NOT_BLOCKED ? now : since;
    }

    private void wakeLater() {
        driving.lock();
        try {
            wake();
        } finally {
            driving.unlock();
        }
    }

    @Override
    public boolean isIdle() {
        return queued == 0;
    }

    @Override
    public long bytesSent() {
        driving.lock();
        try {
            return written;
        } finally {
            driving.unlock();
        }
    }

    @Override
    public boolean fail(CollectiveException reason) {
        return failure.compareAndSet(null, reason);
    }

    @Override
    public boolean awaitQuiet() {
        if (!locked()) {
            return false;
        }
        try {
            CollectiveException reason = failed();
            if (reason != null) {
                failQueued(reason);
            }
            LockSupport.unpark(thread);
            return true;
        } finally {
            driving.unlock();
        }
    }

    private boolean locked() {
        try {
            return driving.tryLock(QUIET_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** {@return what a rank is called in messages} */
    int name(int rank) {
        return windows.names().get(rank);
    }

    /** {@return who runs, for messages} */
    @Override
    public String toString() {
        return "rank " + name(transport.rank()) + " of " + transport.size() + ", generation " + transport.generation();
    }
}
