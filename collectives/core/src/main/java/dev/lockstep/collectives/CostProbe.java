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
 * all come to the same numbers. Confined to one thread.
 */
public final class CostProbe {
    private static final int TAG = Integer.MIN_VALUE;
    private static final int TRIES = 12;
    private static final int LARGE_TRIES = 3;
    private static final long SMALL_BYTES = 8;
    private static final long LARGE_BYTES = 1 << 20;
    private static final double LEAST_SECONDS = 1e-9;
    private static final double LEAST_BYTE_SECONDS = 1e-13;

    private final ProcessGroup group;
    private final LongSupplier nanoTime;
    private final MemorySegment out = Arena.ofAuto().allocate(LARGE_BYTES, Long.BYTES);
    private final MemorySegment in = Arena.ofAuto().allocate(LARGE_BYTES, Long.BYTES);

    /**
     * Makes a probe.
     *
     * @param nanoTime a monotonic clock
     */
    public CostProbe(ProcessGroup group, LongSupplier nanoTime) {
        this.group = group;
        this.nanoTime = nanoTime;
    }

    /** {@return the costs, the same on every rank} All ranks call it; waits for them. */
    public CostModel measure() {
        if (group.size() == 1) {
            return CostModel.ASSUMED;
        }
        double small = agreed(fastest(TRIES, () -> shift(SMALL_BYTES)));
        double large = agreed(fastest(LARGE_TRIES, () -> shift(LARGE_BYTES)));
        double toAll = agreed(fastest(TRIES, this::toAll));
        int others = group.size() - 1;
        double message = others > 1 ? Math.max(LEAST_SECONDS, (toAll - small) / (others - 1)) : small / 2;
        double round = Math.max(LEAST_SECONDS, small - message);
        return new CostModel(round, message, Math.max(LEAST_BYTE_SECONDS, (large - small) / LARGE_BYTES));
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

    private double fastest(int tries, Runnable exchange) {
        long fastest = Long.MAX_VALUE;
        for (int i = 0; i < tries; i++) {
            group.barrier().await(group.timeout());
            long since = nanoTime.getAsLong();
            exchange.run();
            fastest = Math.min(fastest, nanoTime.getAsLong() - since);
        }
        return fastest * 1e-9;
    }

    private double agreed(double mine) {
        MemorySegment own = Arena.ofAuto().allocate(JAVA_DOUBLE);
        MemorySegment slowest = Arena.ofAuto().allocate(JAVA_DOUBLE);
        own.set(JAVA_DOUBLE, 0, mine);
        group.allReduce(own, slowest, DType.F64, ReduceOp.MAX).await(group.timeout());
        return slowest.get(JAVA_DOUBLE, 0);
    }
}
