package dev.lockstep.collectives.parallel;

import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.collectives.parallel.Formation.Formed;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.layout.VirtualRanks;
import dev.lockstep.train.NodeSum;
import dev.lockstep.train.RankStates;
import dev.lockstep.train.ReductionPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Keeps what belongs to single virtual ranks on two workers: on the one that owns the virtual rank and on its guardian,
 * the next by rank. Confined to the trainer's thread.
 *
 * <p>Note [Two workers know every state]: before a sum that changes states is made, every worker gives its inputs to
 * its guardian and has taken those it guards. So when anyone holds the sum, everyone has the inputs, and both workers
 * come to the same next state; until then nobody's state has changed. When the members change, all first come to hold
 * the same sum, hence states of the same step, and then those who own or guard a virtual rank now fetch its state. A
 * state is lost only if its owner and its guardian are lost before that.
 */
final class Guardians {
    private final ReductionPlan plan;
    private final MemoryPool pool;
    private final RankStates states;

    Guardians(ReductionPlan plan, MemoryPool pool, RankStates states) {
        this.plan = plan;
        this.pool = pool;
        this.states = states;
    }

    private static int guardian(int owner, int size) {
        return (owner + 1) % size;
    }

    /** {@return what this worker's header says of the inputs of its virtual ranks} */
    List<StepHeader.Node> describeInputs(VirtualRanks mine) {
        return StepNodes.describe(plan, states.inputs(mine));
    }

    /** Gives the inputs to the guardian and takes those of the rank before. */
    void exchangeInputs(Formed formed, List<StepHeader> headers) {
        ProcessGroup group = formed.group();
        int size = group.size();
        if (size == 1) {
            return;
        }
        NodeTransfer transfer = new NodeTransfer(plan, pool, group);
        int before = Math.floorMod(group.rank() - 1, size);
        List<NodeSum> taken = headers.get(before).inputs().stream()
                .map(node -> transfer.take(node, before))
                .toList();
        states.inputs(formed.mine()).forEach(input -> transfer.give(input, guardian(group.rank(), size)));
        transfer.await();
        taken.forEach(states::putInput);
    }

    /**
     * Brings every state to its owner and guardian in a new generation. Every member calls it, holding the same sum.
     *
     * @throws IllegalStateException if a state was lost with its owner and its guardian
     */
    void settle(Formed formed) {
        ProcessGroup group = formed.group();
        List<NodeSum> mine = states.states();
        List<StepHeader> headers = Recovery.exchange(group, new StepHeader(0, 0, StepNodes.describe(plan, mine)));
        if (headers.stream().allMatch(header -> header.nodes().isEmpty())) {
            return; // Nothing was left out yet.
        }
        NodeTransfer transfer = new NodeTransfer(plan, pool, group);
        List<NodeSum> taken = new ArrayList<>();
        for (int v = 0; v < plan.virtualRanks(); v++) {
            bring(v, formed, headers, transfer).ifPresent(taken::add);
        }
        transfer.await();
        taken.forEach(states::putState);
        states.retain(v -> wanting(v, formed).contains(group.rank()));
    }

    private Optional<NodeSum> bring(int v, Formed formed, List<StepHeader> headers, NodeTransfer transfer) {
        int source = source(v, headers);
        Optional<NodeSum> taken = Optional.empty();
        for (int rank : wanting(v, formed)) {
            if (node(headers.get(rank), v).isPresent()) {
                continue;
            }
            if (source == formed.group().rank()) {
                transfer.give(stateOf(v), rank);
            } else if (rank == formed.group().rank()) {
                taken = Optional.of(transfer.take(node(headers.get(source), v).orElseThrow(), source));
            }
        }
        return taken;
    }

    private NodeSum stateOf(int v) {
        return states.states().stream()
                .filter(state -> state.node().from() == v)
                .findFirst()
                .orElseThrow();
    }

    private static int source(int v, List<StepHeader> headers) {
        for (int rank = 0; rank < headers.size(); rank++) {
            if (node(headers.get(rank), v).isPresent()) {
                return rank;
            }
        }
        throw new IllegalStateException("what virtual rank " + v
                + " left out of its gradients was lost: the worker that owned it and the one that guarded it"
                + " left at the same time; resume from a checkpoint");
    }

    private static Optional<StepHeader.Node> node(StepHeader header, int v) {
        return header.nodes().stream().filter(node -> node.range().from() == v).findFirst();
    }

    /** {@return who is to have the state of a virtual rank: its owner and its guardian} */
    private static List<Integer> wanting(int v, Formed formed) {
        int size = formed.group().size();
        for (int rank = 0; rank < size; rank++) {
            if (formed.placement().get(rank).contains(v)) {
                return size == 1 ? List.of(rank) : List.of(rank, guardian(rank, size));
            }
        }
        throw new IllegalStateException("no worker owns virtual rank " + v);
    }
}
