package dev.lockstep.collectives.parallel;

import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.collectives.parallel.BucketLayout.Bucket;
import dev.lockstep.train.ReductionPlan;
import dev.lockstep.train.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The memory in which a worker lays out what it gives to a sum: the group's own, which peers on the same machine read
 * where it lies. The same from step to step, and new with every group. Confined to one thread.
 */
final class NodeRooms {
    private static final long NONE = -1;

    private final ReductionPlan plan;
    private final Map<Integer, List<MemorySegment>> rooms = new HashMap<>();
    private long generation = NONE;

    NodeRooms(ReductionPlan plan) {
        this.plan = plan;
    }

    /** {@return at least {@code count} rooms that are long enough for the bucket when all its tensors are there} */
    List<MemorySegment> of(ProcessGroup group, Bucket bucket, int count) {
        if (generation != group.generation()) { // There is one group a generation.
            rooms.clear();
            generation = group.generation();
        }
        List<MemorySegment> own = rooms.computeIfAbsent(bucket.number(), _ -> new ArrayList<>());
        while (own.size() < count) {
            own.add(group.allocate(sizeBytes(bucket)));
        }
        return own;
    }

    /** {@return the length of a bucket when all its tensors are there} */
    long sizeBytes(Bucket bucket) {
        long sizeBytes = 0;
        for (int tensor : bucket.tensors()) {
            TensorSpec spec = plan.tensors().get(tensor);
            sizeBytes += spec.shape().elements() * spec.dtype().sizeBytes();
        }
        return sizeBytes;
    }
}
