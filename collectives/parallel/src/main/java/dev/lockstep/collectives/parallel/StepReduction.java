package dev.lockstep.collectives.parallel;

import dev.lockstep.backend.Value;
import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.collectives.GroupAbortedException;
import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.collectives.TreeSum;
import dev.lockstep.collectives.Work;
import dev.lockstep.collectives.parallel.BucketLayout.Bucket;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.device.Storage;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.VirtualRanks;
import dev.lockstep.train.NodeSum;
import dev.lockstep.train.ReductionPlan;
import dev.lockstep.train.StepScalars;
import dev.lockstep.train.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Moves one step's buckets: packs this worker's nodes into flat memory, sums each bucket over all workers in the
 * canonical tree, several at a time, and hands the result out as values that lie in the buckets' memory. Inputs are not
 * changed. Confined to one thread.
 */
final class StepReduction {
    private final ReductionPlan plan;
    private final BucketLayout layout;
    private final MemoryPool pool;
    private final NodeRooms rooms;

    StepReduction(ReductionPlan plan, MemoryPool pool) {
        this.plan = plan;
        this.layout = BucketLayout.of(plan);
        this.pool = pool;
        this.rooms = new NodeRooms(plan);
    }

    /** A bucket whose sum is under way. */
    private record Pending(List<Integer> tensors, Storage result, Work work) {}

    /**
     * {@return the sum over all virtual ranks, owned by the caller}
     *
     * @param mine this worker's nodes, as its header lists them
     * @throws CollectiveException if a peer was lost or the group given up; nothing was changed then
     */
    NodeSum run(ProcessGroup group, HeaderFold fold, List<NodeSum> mine) {
        List<@Nullable Value> tensors = allAbsent();
        Optional<StepScalars> scalars = fold.scalars();
        try (StepBuffers buffers = new StepBuffers(pool)) {
            boolean rested = false;
            try {
                reduce(group, fold, mine, new Target(buffers, tensors));
                rested = true;
            } finally {
                if (!rested) {
                    rest(group, buffers, tensors);
                }
            }
        }
        unpackCarried(fold, tensors);
        return new NodeSum(new VirtualRanks(0, plan.virtualRanks()), tensors, scalars.orElse(null));
    }

    /** Where a step's buckets and results lie. */
    private record Target(StepBuffers buffers, List<@Nullable Value> tensors) {}

    private void reduce(ProcessGroup group, HeaderFold fold, List<NodeSum> mine, Target target) {
        List<Pending> pending = new ArrayList<>();
        for (Bucket bucket : layout.buckets()) {
            start(group, bucket, fold, mine, target.buffers()).ifPresent(pending::add);
        }
        for (Pending bucket : pending) {
            bucket.work().await(group.timeout());
            unpack(bucket, target.tensors());
        }
    }

    /** After whatever failure: no buffer is freed while an operation may touch it. */
    private static void rest(ProcessGroup group, StepBuffers buffers, List<@Nullable Value> tensors) {
        if (group.abort(new GroupAbortedException("a reduction failed on rank " + group.rank()))) {
            closeAll(tensors);
        } else {
            buffers.abandon();
        }
    }

    private List<@Nullable Value> allAbsent() {
        List<@Nullable Value> tensors = new ArrayList<>();
        plan.tensors().forEach(_ -> tensors.add(null));
        return tensors;
    }

    private static void closeAll(List<@Nullable Value> tensors) {
        for (Value value : tensors) {
            if (value != null) {
                value.close();
            }
        }
    }

    private Optional<Pending> start(
            ProcessGroup group, Bucket bucket, HeaderFold fold, List<NodeSum> mine, StepBuffers buffers) {
        List<Integer> present = new ArrayList<>();
        List<TreeSum.Run> runs = new ArrayList<>();
        for (int tensor : bucket.tensors()) {
            List<VirtualRanks> nodes = fold.present(tensor);
            if (!nodes.isEmpty()) {
                present.add(tensor);
                runs.add(new TreeSum.Run(elements(tensor), nodes));
            }
        }
        if (present.isEmpty()) {
            return Optional.empty();
        }
        TreeSum tree = new TreeSum(plan.virtualRanks(), bucket.dtype(), fold.nodesByRank(), runs);
        long sizeBytes = tree.elements() * bucket.dtype().sizeBytes();
        Storage result = buffers.allocate(sizeBytes);
        List<MemorySegment> partials = pack(present, mine, rooms.of(group, bucket, mine.size()), sizeBytes);
        Work work = group.allReduce(tree, partials, StepBuffers.bytes(result, sizeBytes), bucket.number());
        return Optional.of(new Pending(present, result, work));
    }

    private List<MemorySegment> pack(
            List<Integer> present, List<NodeSum> mine, List<MemorySegment> rooms, long sizeBytes) {
        List<MemorySegment> partials = new ArrayList<>();
        for (NodeSum node : mine) {
            MemorySegment flat = rooms.get(partials.size()).asSlice(0, sizeBytes);
            long at = 0;
            for (int tensor : present) {
                Value value = node.tensor(tensor);
                long count = elements(tensor) * spec(tensor).dtype().sizeBytes();
                if (value != null) {
                    MemorySegment.copy(memory(value), 0, flat, at, count);
                }
                at += count;
            }
            partials.add(flat);
        }
        return partials;
    }

    private void unpack(Pending bucket, List<@Nullable Value> tensors) {
        long offset = 0;
        for (int tensor : bucket.tensors()) {
            TensorSpec spec = spec(tensor);
            Layout place =
                    Layout.of(spec.shape(), Layout.contiguous(spec.shape()).strides(), offset);
            tensors.set(tensor, new Value(bucket.result().retain(), place, spec.dtype()));
            offset += spec.shape().elements();
        }
    }

    /** Tensors that are not summed, such as counters, came with the headers. */
    private void unpackCarried(HeaderFold fold, List<@Nullable Value> tensors) {
        for (int tensor = 0; tensor < plan.tensors().size(); tensor++) {
            TensorSpec spec = spec(tensor);
            Optional<byte[]> carried = spec.dtype().isFloating() ? Optional.empty() : fold.carried(tensor);
            if (carried.isPresent()) {
                Storage storage = pool.allocate(carried.get().length);
                MemorySegment.copy(carried.get(), 0, storage.segment(), ValueLayout.JAVA_BYTE, 0, carried.get().length);
                tensors.set(tensor, new Value(storage, Layout.contiguous(spec.shape()), spec.dtype()));
            }
        }
    }

    private TensorSpec spec(int tensor) {
        return plan.tensors().get(tensor);
    }

    private long elements(int tensor) {
        return spec(tensor).shape().elements();
    }

    /** {@return the memory of a contiguous value} */
    static MemorySegment memory(Value value) {
        int width = value.dtype().sizeBytes();
        return value.storage()
                .segment()
                .asSlice(value.layout().offset() * width, value.shape().elements() * width);
    }
}
