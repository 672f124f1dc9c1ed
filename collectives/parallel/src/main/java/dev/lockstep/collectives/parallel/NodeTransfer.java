package dev.lockstep.collectives.parallel;

import dev.lockstep.backend.Value;
import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.collectives.Work;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.device.Storage;
import dev.lockstep.layout.Layout;
import dev.lockstep.train.NodeSum;
import dev.lockstep.train.ReductionPlan;
import dev.lockstep.train.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Moves whole sums from one worker to others, tensor by tensor, several at a time. Sums that go the same way are told
 * apart by their first virtual rank. Confined to one thread.
 */
final class NodeTransfer {
    private final ReductionPlan plan;
    private final MemoryPool pool;
    private final ProcessGroup group;
    private final List<Work> works = new ArrayList<>();

    NodeTransfer(ReductionPlan plan, MemoryPool pool, ProcessGroup group) {
        this.plan = plan;
        this.pool = pool;
        this.group = group;
    }

    /** Sends a sum, which must stay as it is until {@link #await}. */
    void give(NodeSum sum, int peer) {
        for (int i = 0; i < sum.count(); i++) {
            Value value = sum.tensor(i);
            if (value != null && value.shape().elements() > 0) {
                works.add(group.send(
                        StepReduction.memory(value), peer, tag(sum.node().from(), i)));
            }
        }
    }

    /** {@return the sum that {@code source} gives, owned by the caller; it is there after {@link #await}} */
    NodeSum take(StepHeader.Node whole, int source) {
        List<@Nullable Value> tensors = new ArrayList<>();
        for (int i = 0; i < plan.tensors().size(); i++) {
            TensorSpec spec = plan.tensors().get(i);
            if (!whole.present().get(i)) {
                tensors.add(null);
                continue;
            }
            long sizeBytes = spec.shape().elements() * spec.dtype().sizeBytes();
            Storage storage = pool.allocate(sizeBytes);
            tensors.add(new Value(storage, Layout.contiguous(spec.shape()), spec.dtype()));
            if (sizeBytes > 0) {
                int tag = tag(whole.range().from(), i);
                works.add(group.receive(StepBuffers.bytes(storage, sizeBytes), source, tag));
            }
        }
        return new NodeSum(whole.range(), tensors, whole.scalars().orElse(null));
    }

    private int tag(int virtualRank, int tensor) {
        return virtualRank * plan.tensors().size() + tensor;
    }

    /** Waits until all that was given and taken has arrived. */
    void await() {
        works.forEach(work -> work.await(group.timeout()));
    }
}
