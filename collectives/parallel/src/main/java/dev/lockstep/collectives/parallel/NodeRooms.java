package dev.lockstep.collectives.parallel;

import dev.lockstep.backend.Value;
import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.collectives.parallel.BucketLayout.Bucket;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.SumTree;
import dev.lockstep.layout.VirtualRanks;
import dev.lockstep.train.ReductionPlan;
import dev.lockstep.train.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The memory in which a worker lays out what it gives to a sum: the group's own, which peers on the same machine read
 * where it lies. The same from step to step, and new with every group. Thread-safe.
 *
 * <p>Note [Gradients that lie where they are read]: where all tensors of a bucket are there in every step, each has its
 * place in the bucket before the step begins, and backward writes it there. A bucket that once lacked one is laid out
 * anew in every step, without gaps, in other rooms, since in these its tensors may be elsewhere than in the sum. Two
 * things keep what peers read as it is. Within a group a room is written next when the step is over, which is when all
 * have read it. After a failure a peer may still read, and even hold the sum of what it reads: so what was given to a
 * sum that failed stays shared, and nobody adds to it in its place (see {@link StepSum}); rooms live until they are
 * unreachable. That is when the first sums of the next generation are over, and since it may be hours until the garbage
 * collector would find out, it is asked then: shared memory is short.
 */
final class NodeRooms {
    private static final long NONE = -1;
    private static final int SUMS_UNTIL_FORSAKEN = 2;

    private final ReductionPlan plan;
    private final MemoryPool pool;
    private final Map<Integer, Place> places = new HashMap<>();
    private final Map<Integer, List<MemorySegment>> rooms = new HashMap<>();
    private final BitSet lacking = new BitSet();
    private long generation = NONE;
    private boolean hasForsaken;
    private int sums;

    /** Where a tensor lies in a bucket that has all its tensors. */
    private record Place(Bucket bucket, long offsetBytes) {}

    NodeRooms(ReductionPlan plan, List<Bucket> buckets, MemoryPool pool) {
        this.plan = plan;
        this.pool = pool;
        for (Bucket bucket : buckets) {
            long offsetBytes = 0;
            for (int tensor : bucket.tensors()) {
                places.put(tensor, new Place(bucket, offsetBytes));
                offsetBytes += BucketLayout.sizeBytes(plan.tensors().get(tensor));
            }
        }
    }

    /**
     * {@return at least {@code count} rooms that are long enough for the bucket when all its tensors are there}
     *
     * @param whole whether all are there this time
     */
    synchronized List<MemorySegment> of(ProcessGroup group, Bucket bucket, int count, boolean whole) {
        renew(group);
        if (!whole && !lacking.get(bucket.number())) {
            lacking.set(bucket.number());
            rooms.remove(bucket.number());
        }
        return rooms(group, bucket, count);
    }

    private void renew(ProcessGroup group) {
        if (generation != group.generation()) { // There is one group a generation.
            hasForsaken |= !rooms.isEmpty();
            rooms.clear();
            lacking.clear();
            generation = group.generation();
            sums = 0;
        }
    }

    /** Hears that the sums of a step or evaluation begin. */
    synchronized void begin(ProcessGroup group) {
        renew(group);
        sums++;
        if (hasForsaken && sums == SUMS_UNTIL_FORSAKEN) {
            hasForsaken = false;
            System.gc();
        }
    }

    private List<MemorySegment> rooms(ProcessGroup group, Bucket bucket, int count) {
        List<MemorySegment> own = rooms.computeIfAbsent(bucket.number(), _ -> new ArrayList<>());
        while (own.size() < count) {
            own.add(group.allocate(sizeBytes(bucket)));
        }
        return own;
    }

    /**
     * {@return where the sum of a tensor over a node of the tree lies best; empty if anywhere is as good}
     *
     * @param mine the virtual ranks of this worker
     * @param virtualRank the first of the node's
     */
    synchronized Optional<Value> place(ProcessGroup group, VirtualRanks mine, int tensor, int virtualRank) {
        renew(group);
        Place place = places.get(tensor);
        List<VirtualRanks> nodes = SumTree.cover(plan.virtualRanks(), mine);
        for (int node = 0; node < nodes.size() && place != null; node++) {
            boolean wanted = nodes.get(node).from() == virtualRank;
            if (wanted && !lacking.get(place.bucket.number())) {
                MemorySegment room = rooms(group, place.bucket, node + 1).get(node);
                return Optional.of(value(room, place, plan.tensors().get(tensor)));
            }
        }
        return Optional.empty();
    }

    private Value value(MemorySegment room, Place place, TensorSpec spec) {
        long sizeBytes = spec.shape().elements() * spec.dtype().sizeBytes();
        MemorySegment memory = room.asSlice(place.offsetBytes, sizeBytes);
        return new Value(pool.adopt(memory), Layout.contiguous(spec.shape()), spec.dtype());
    }

    /** {@return the length of a bucket when all its tensors are there} */
    long sizeBytes(Bucket bucket) {
        return bucket.tensors().stream()
                .mapToLong(tensor -> BucketLayout.sizeBytes(plan.tensors().get(tensor)))
                .sum();
    }
}
