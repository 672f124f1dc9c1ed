package dev.lockstep.cluster;

import java.util.List;
import java.util.stream.Collectors;

/** Rules from one generation to the next. */
final class Succession {

    private Succession() {}

    static void written(Turn turn, Generation generation) {
        if (generation.equals(turn.pending)) {
            enter(turn, generation);
        }
    }

    /** Another coordinator was first: what the register holds is the truth. */
    static void refused(Turn turn, Generation existing) {
        boolean answersProposal = turn.pending != null
                && turn.pending.number() == existing.number()
                && turn.pending.attempt().equals(existing.attempt());
        if (answersProposal) {
            enter(turn, existing);
        }
    }

    /** Makes a written generation the current one, and announces it unless one of its members is dead already. */
    static void enter(Turn turn, Generation generation) {
        turn.adopt(generation);
        if (generation.complete()) {
            turn.finish(0, "finished after " + generation.startStep() + " steps");
            return;
        }
        dropOutsiders(turn, generation);
        enlist(turn, generation);
        Suspicions.await(turn);
        if (turn.view().survivors().size() == generation.worldSize()) {
            turn.emit(new ClusterEffect.Announce(generation));
        }
    }

    /** Proposes a generation of those who are left. */
    static void succeed(Turn turn) {
        Generation parent = turn.requireCurrent();
        List<Member> survivors = turn.view().survivors();
        String reason = "lost " + lost(turn, parent);
        if (survivors.isEmpty()) {
            turn.finish(5, "no worker is left: " + reason);
            return;
        }
        List<VirtualRankRange> ranges = survivors.stream()
                .map(m -> parent.placement().get(turn.rankOf(m.id())))
                .toList();
        turn.propose(new Generation(
                parent.attempt(),
                parent.number() + 1,
                parent.number(),
                survivors,
                Placement.successor(ranges, parent.virtualRanks()),
                parent.virtualRanks(),
                turn.step(),
                reason,
                false));
    }

    private static String lost(Turn turn, Generation parent) {
        return turn.losses.stream()
                .filter(loss -> parent.hasMember(loss.member().id()))
                .map(loss -> turn.name(loss.member()) + ": " + loss.cause())
                .collect(Collectors.joining("; "));
    }

    private static void dropOutsiders(Turn turn, Generation generation) {
        for (ClusterState.Worker worker : List.copyOf(turn.workers)) {
            Member member = worker.member();
            if (!generation.hasMember(member.id())) {
                turn.workers.remove(worker);
                turn.emit(new ClusterEffect.KillWorker(
                        member.id(), member.agent(), "generation " + generation.number() + " goes on without it"));
            }
        }
    }

    private static void enlist(Turn turn, Generation generation) {
        for (Member member : generation.members()) {
            if (turn.hasWorker(member.id())) {
                beginTraining(turn, member.id(), generation.number());
            } else if (!turn.wasLost(member.id())) {
                turn.workers.add(new ClusterState.Worker(member, new WorkerStatus.Training()));
            }
        }
    }

    /** A worker may have finished in this generation before this coordinator knew of it. */
    private static void beginTraining(Turn turn, WorkerId worker, long number) {
        WorkerStatus status = turn.view().worker(worker).orElseThrow().status();
        if (!(status instanceof WorkerStatus.Done done) || done.generation() < number) {
            turn.setStatus(worker, new WorkerStatus.Training());
        }
    }
}
