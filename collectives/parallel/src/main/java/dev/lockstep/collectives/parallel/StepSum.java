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
import dev.lockstep.train.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The sums of one step in one group: packs this worker's nodes of a bucket into flat memory, sums each bucket over all
 * workers in the canonical tree, several at a time, and hands the result out as values that lie in the buckets' memory.
 * Inputs are not changed. Confined to one thread at a time.
 */
final class StepSum implements AutoCloseable {
    private final ReductionPlan plan;
    private final MemoryPool pool;
    private final NodeRooms rooms;
    private final ProcessGroup group;
    private final StepBuffers buffers;
    private final List<Pending> pending = new ArrayList<>();
    private final List<Value> read = new ArrayList<>(); // Where they lie.
    private final List<@Nullable Value> tensors = new ArrayList<>();
    private int started;
    private boolean finished;

    StepSum(ReductionPlan plan, MemoryPool pool, NodeRooms rooms, ProcessGroup group) {
        this.plan = plan;
        this.pool = pool;
        this.rooms = rooms;
        this.group = group;
        this.buffers = new StepBuffers(pool);
        plan.tensors().forEach(_ -> tensors.add(null));
    }

    /** A bucket whose sum is under way. */
    private record Pending(List<Integer> tensors, Storage result, Work work) {}

    /** {@return how many buckets were started} */
    int started() {
        return started;
    }

    /**
     * Starts the sum of the next bucket.
     *
     * @param fold what all workers say of the bucket
     * @param mine this worker's nodes, as its header lists them
     */
    void start(Bucket bucket, HeaderFold fold, List<NodeSum> mine) {
        started++;
        List<Integer> present = new ArrayList<>();
        List<TreeSum.Run> runs = new ArrayList<>();
        for (int tensor : bucket.tensors()) {
            List<VirtualRanks> nodes = fold.present(tensor);
            if (!nodes.isEmpty()) {
                present.add(tensor);
                runs.add(new TreeSum.Run(BucketLayout.elements(spec(tensor)), nodes));
            }
        }
        if (present.isEmpty()) {
            return;
        }
        TreeSum tree = new TreeSum(plan.virtualRanks(), bucket.dtype(), fold.nodesByRank(), runs);
        long sizeBytes = tree.elements() * bucket.dtype().sizeBytes();
        Storage result = buffers.allocate(sizeBytes);
        boolean whole = present.size() == bucket.tensors().size();
        List<MemorySegment> partials = pack(present, mine, rooms.of(group, bucket, mine.size(), whole), sizeBytes);
        Work work = group.allReduce(tree, partials, StepBuffers.bytes(result, sizeBytes), bucket.number());
        pending.add(new Pending(present, result, work));
    }

    private List<MemorySegment> pack(
            List<Integer> present, List<NodeSum> mine, List<MemorySegment> rooms, long sizeBytes) {
        List<MemorySegment> partials = new ArrayList<>();
        for (NodeSum node : mine) {
            MemorySegment flat = rooms.get(partials.size()).asSlice(0, sizeBytes);
            long at = 0;
            for (int tensor : present) {
                Value value = node.tensor(tensor);
                if (value != null) {
                    put(value, flat.asSlice(at));
                }
                at += BucketLayout.sizeBytes(spec(tensor));
            }
            partials.add(flat);
        }
        return partials;
    }

    /** Copies a tensor, unless that is where it lies; see Note [Gradients that lie where they are read]. */
    private void put(Value value, MemorySegment place) {
        MemorySegment memory = StepReduction.memory(value);
        if (memory.address() == place.address()) {
            read.add(value.alias());
        } else {
            MemorySegment.copy(memory, 0, place, 0, memory.byteSize());
        }
    }

    /**
     * {@return the sum over all virtual ranks, owned by the caller}
     *
     * @param fold what all workers say of the step as a whole
     * @throws CollectiveException if a peer was lost or the group given up; nothing was changed then
     */
    NodeSum finish(HeaderFold fold) {
        for (Pending bucket : pending) {
            bucket.work().await(group.timeout());
            unpack(bucket);
        }
        finished = true;
        read.forEach(Value::close); // Not after a failure: then they stay shared.
        unpackCarried(fold);
        return new NodeSum(
                new VirtualRanks(0, plan.virtualRanks()),
                tensors,
                fold.scalars().orElse(null));
    }

    private void unpack(Pending bucket) {
        long offset = 0;
        for (int tensor : bucket.tensors()) {
            TensorSpec spec = spec(tensor);
            Layout place =
                    Layout.of(spec.shape(), Layout.contiguous(spec.shape()).strides(), offset);
            tensors.set(tensor, new Value(bucket.result().retain(), place, spec.dtype()));
            offset += BucketLayout.elements(spec);
        }
    }

    /** Tensors that are not summed, such as counters, came with the headers. */
    private void unpackCarried(HeaderFold fold) {
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

    /** Lets go of the buckets' memory. Before the end it gives the group up, so that no operation touches it. */
    @Override
    public void close() {
        if (!finished) {
            rest();
        }
        buffers.close();
    }

    /** After whatever failure: no buffer is freed while an operation may touch it. */
    private void rest() {
        if (!group.abort(new GroupAbortedException("a reduction failed on rank " + group.rank()))) {
            buffers.abandon();
            return;
        }
        for (Value value : tensors) {
            if (value != null) {
                value.close();
            }
        }
    }
}
