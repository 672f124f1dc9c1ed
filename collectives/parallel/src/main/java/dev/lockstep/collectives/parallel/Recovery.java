package dev.lockstep.collectives.parallel;

import dev.lockstep.collectives.GatherWork;
import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.train.NodeSum;
import dev.lockstep.train.ReductionPlan;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Brings the members of a new generation to the same step. Each says which reduction it holds; members are at most one
 * apart. Those that lack the newest fetch it from the lowest rank that holds it, so nobody rolls back and nothing is
 * reduced twice with effect.
 */
final class Recovery {
    private final ReductionPlan plan;
    private final MemoryPool pool;

    Recovery(ReductionPlan plan, MemoryPool pool) {
        this.plan = plan;
        this.pool = pool;
    }

    /**
     * Agrees with the other members; every member of the group calls it first of all.
     *
     * @return the result this worker lacked, of reduction {@code held.sequence() + 1}; empty if it lacked none
     */
    Optional<NodeSum> agree(ProcessGroup group, HeldResult held) {
        List<StepHeader> positions = exchange(group, new StepHeader(held.sequence() + 1, held.sequence(), List.of()));
        long newest = positions.stream().mapToLong(StepHeader::held).max().orElse(-1);
        check(positions, newest);
        List<Integer> lacking = ranksWith(positions, newest - 1);
        if (lacking.isEmpty()) {
            return Optional.empty();
        }
        int source = ranksWith(positions, newest).getFirst();
        return transfer(group, held, source, lacking);
    }

    private static void check(List<StepHeader> positions, long newest) {
        for (int rank = 0; rank < positions.size(); rank++) {
            long behind = newest - positions.get(rank).held();
            if (behind > 1) {
                throw new IllegalStateException("rank " + rank + " holds reduction "
                        + positions.get(rank).held() + " while another holds " + newest
                        + "; members are never more than one step apart");
            }
        }
    }

    private static List<Integer> ranksWith(List<StepHeader> positions, long held) {
        List<Integer> ranks = new ArrayList<>();
        for (int rank = 0; rank < positions.size(); rank++) {
            if (positions.get(rank).held() == held) {
                ranks.add(rank);
            }
        }
        return ranks;
    }

    private Optional<NodeSum> transfer(ProcessGroup group, HeldResult held, int source, List<Integer> lacking) {
        boolean giving = group.rank() == source;
        List<StepHeader.Node> mine = giving ? List.of(StepNodes.describe(plan, held.sum())) : List.of();
        StepHeader header = new StepHeader(held.sequence(), held.sequence(), mine);
        StepHeader.Node whole = exchange(group, header).get(source).nodes().getFirst();
        NodeTransfer transfer = new NodeTransfer(plan, pool, group);
        Optional<NodeSum> taken = Optional.empty();
        if (giving) {
            lacking.forEach(rank -> transfer.give(held.sum(), rank));
        } else if (lacking.contains(group.rank())) {
            taken = Optional.of(transfer.take(whole, source));
        }
        transfer.await();
        return taken;
    }

    /** {@return every rank's header, by rank} */
    static List<StepHeader> exchange(ProcessGroup group, StepHeader mine) {
        // Collected when unreachable, since a collective that failed may still read it.
        Arena arena = Arena.ofAuto();
        GatherWork gather = group.allGather(StepHeaderCodec.encode(mine, arena));
        gather.await(group.timeout());
        List<StepHeader> headers = new ArrayList<>();
        for (MemorySegment part : gather.parts()) {
            headers.add(StepHeaderCodec.decode(part, headers.size()));
        }
        return headers;
    }
}
