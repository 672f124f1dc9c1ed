package dev.lockstep.collectives;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;

import dev.lockstep.collectives.algorithm.CostModel;
import dev.lockstep.layout.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.LongSupplier;

/**
 * Measures what messages of a group cost: everyone sends to its right neighbour and receives from its left one, few
 * bytes and many, and then few bytes to all. The fastest of some tries counts, and of the ranks the slowest, so that
 * all come to the same numbers. All at once by {@link #measure}, or one exchange at a time by {@link #next}. Confined
 * to one thread at a time.
 */
public final class CostProbe {
    /** Below it the time of many bytes could not be told from that of few. */
    public static final long LARGE_BYTES_MIN = 64 << 10;

    /** Above it a measurement takes longer without being better. */
    public static final long LARGE_BYTES_MAX = 1 << 20;

    private static final int TAG = Integer.MIN_VALUE;
    private static final int TRIES = 27;
    private static final int LARGE_EVERY = 9; // The others take turns.
    private static final long SMALL_BYTES = 8;

    private final ProcessGroup group;
    private final LongSupplier nanoTime;
    private final MemorySegment out;
    private final MemorySegment in;
    private LinkTimes seen = LinkTimes.NONE;
    private int tries;

    /**
     * Makes a probe.
     *
     * @param nanoTime a monotonic clock
     */
    public CostProbe(ProcessGroup group, LongSupplier nanoTime) {
        this(group, LARGE_BYTES_MAX, nanoTime);
    }

    /**
     * Makes a probe that sends no more bytes at a time than the group does anyway.
     *
     * @param largeBytes how many bytes many are, between the constants above; the same on every rank
     */
    public CostProbe(ProcessGroup group, long largeBytes, LongSupplier nanoTime) {
        this.group = group;
        this.nanoTime = nanoTime;
        long sizeBytes = Math.max(largeBytes, group.size() * SMALL_BYTES);
        this.out = Arena.ofAuto().allocate(sizeBytes, Long.BYTES);
        this.in = Arena.ofAuto().allocate(sizeBytes, Long.BYTES);
    }

    /** {@return the costs, the same on every rank} All ranks call it; waits for them. */
    public CostModel measure() {
        if (group.size() == 1) {
            return CostModel.ASSUMED;
        }
        while (!isDone()) {
            group.barrier().await(group.timeout());
            next();
        }
        return costs(
                new LinkTimes(agreed(seen.smallSeconds()), agreed(seen.toAllSeconds()), agreed(seen.largeSeconds())));
    }

    /** {@return whether all exchanges have been made; after as many calls of {@link #next} on every rank} */
    public boolean isDone() {
        return tries == TRIES;
    }

    /**
     * Makes one exchange more and times it. All ranks call it at the same place, right after each has heard of all
     * others, so that nobody's time holds the waiting for a late one; waits for the messages.
     */
    public void next() {
        double never = Double.POSITIVE_INFINITY;
        int turn = tries % LARGE_EVERY;
        tries++;
        if (turn == LARGE_EVERY - 1) {
            see(new LinkTimes(never, never, timed(() -> shift(out.byteSize()))));
        } else if (turn % 2 == 0) {
            see(new LinkTimes(timed(() -> shift(SMALL_BYTES)), never, never));
        } else {
            see(new LinkTimes(never, timed(this::toAll), never));
        }
    }

    private void see(LinkTimes once) {
        seen = seen.faster(once);
    }

    /** {@return what this rank has seen so far} */
    public LinkTimes seen() {
        return seen;
    }

    /** {@return the costs that follow from what the slowest ranks have seen} */
    public CostModel costs(LinkTimes slowest) {
        return slowest.costs(group.size(), out.byteSize());
    }

    private void shift(long sizeBytes) {
        int next = (group.rank() + 1) % group.size();
        int previous = (group.rank() + group.size() - 1) % group.size();
        Work arrival = group.receive(in.asSlice(0, sizeBytes), previous, TAG);
        Work sent = group.send(out.asSlice(0, sizeBytes), next, TAG);
        arrival.await(group.timeout());
        sent.await(group.timeout());
    }

    private void toAll() {
        Work[] works = new Work[2 * group.size()];
        int count = 0;
        for (int peer = 0; peer < group.size(); peer++) {
            if (peer != group.rank()) {
                works[count++] = group.receive(in.asSlice(peer * SMALL_BYTES, SMALL_BYTES), peer, TAG);
                works[count++] = group.send(out.asSlice(0, SMALL_BYTES), peer, TAG);
            }
        }
        for (int i = 0; i < count; i++) {
            works[i].await(group.timeout());
        }
    }

    private double timed(Runnable exchange) {
        long since = nanoTime.getAsLong();
        exchange.run();
        return (nanoTime.getAsLong() - since) * 1e-9;
    }

    private double agreed(double mine) {
        MemorySegment own = Arena.ofAuto().allocate(JAVA_DOUBLE);
        MemorySegment slowest = Arena.ofAuto().allocate(JAVA_DOUBLE);
        own.set(JAVA_DOUBLE, 0, mine);
        group.allReduce(own, slowest, DType.F64, ReduceOp.MAX).await(group.timeout());
        return slowest.get(JAVA_DOUBLE, 0);
    }
}
