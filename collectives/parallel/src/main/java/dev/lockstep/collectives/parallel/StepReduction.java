package dev.lockstep.collectives.parallel;

import dev.lockstep.backend.Value;
import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.train.ReductionPlan;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * What all steps of a worker share: the buckets, and the memory in which they are laid out. Confined to one thread at a
 * time.
 */
final class StepReduction {
    private final ReductionPlan plan;
    private final BucketLayout layout;
    private final MemoryPool pool;
    private final NodeRooms rooms;

    StepReduction(ReductionPlan plan, BucketSizes sizes, MemoryPool pool) {
        this.plan = plan;
        this.layout = BucketLayout.of(plan, sizes);
        this.pool = pool;
        this.rooms = new NodeRooms(plan, layout.buckets(), pool);
    }

    /** Begins the sums of one step in a group. */
    StepSum begin(ProcessGroup group) {
        rooms.begin(group);
        return new StepSum(plan, pool, rooms, group);
    }

    NodeRooms rooms() {
        return rooms;
    }

    MemoryPool pool() {
        return pool;
    }

    /** {@return the buckets, in the order in which they are summed} */
    List<BucketLayout.Bucket> buckets() {
        return layout.buckets();
    }

    /** {@return the length of the largest bucket, 0 without any} */
    long bucketBytesMax() {
        return buckets().stream().mapToLong(rooms::sizeBytes).max().orElse(0);
    }

    /** {@return the memory of a contiguous value} */
    static MemorySegment memory(Value value) {
        int width = value.dtype().sizeBytes();
        return value.storage()
                .segment()
                .asSlice(value.layout().offset() * width, value.shape().elements() * width);
    }
}
