package dev.lockstep.cluster;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Rules until the first generation: gather the workers, check that they agree, propose. */
final class Forming {

    private Forming() {}

    static void agentJoined(Turn turn, ClusterEvent.AgentJoined joined) {
        if (turn.agents.stream().noneMatch(a -> a.id().equals(joined.agent()))) {
            turn.agents.add(new ClusterState.Agent(joined.agent(), joined.host(), joined.slots()));
        }
    }

    static void workerStarted(Turn turn, ClusterEvent.WorkerStarted started) {
        Member member =
                new Member(started.worker(), started.agent(), started.host(), started.pid(), started.localRank(), "");
        if (admit(turn, member) && !turn.hasWorker(member.id())) {
            turn.workers.add(new ClusterState.Worker(member, new WorkerStatus.Starting()));
        }
    }

    static void workerReady(Turn turn, ClusterEvent.WorkerReady ready) {
        Member member = ready.member();
        if (!admit(turn, member)) {
            return;
        }
        var worker = new ClusterState.Worker(member, new WorkerStatus.Ready(ready.agreement()));
        int index = indexOf(turn.workers, member.id());
        if (index < 0) {
            turn.workers.add(worker);
        } else if (turn.workers.get(index).status() instanceof WorkerStatus.Starting) {
            turn.workers.set(index, worker);
        } else {
            return;
        }
        checkAgreement(turn, member, ready.agreement());
    }

    static void timedOut(Turn turn) {
        long ready = turn.workers.stream()
                .filter(w -> w.status() instanceof WorkerStatus.Ready)
                .count();
        turn.finish(
                4,
                "rendezvous: " + ready + " of " + turn.job.workers() + " workers were ready after "
                        + turn.job.timeouts().rendezvous().toSeconds() + " s, from " + turn.agents.size() + " of "
                        + turn.job.machines() + " machines");
    }

    /** Proposes the first generation once all expected workers are ready. */
    static void settle(Turn turn) {
        boolean complete = turn.workers.size() >= turn.job.workers()
                && turn.workers.stream().allMatch(w -> w.status() instanceof WorkerStatus.Ready);
        if (complete) {
            List<Member> members = turn.workers.stream()
                    .map(ClusterState.Worker::member)
                    .sorted(Comparator.comparingInt((Member m) -> agentIndex(turn, m))
                            .thenComparingInt(Member::localRank)
                            .thenComparing(m -> m.id().value()))
                    .toList();
            turn.propose(first(turn, members));
        }
    }

    private static Generation first(Turn turn, List<Member> members) {
        int virtualRanks = agreementOf(turn.workers.getFirst()).orElseThrow().virtualRanks();
        List<VirtualRankRange> placement = Placement.balanced(members.size(), virtualRanks);
        return new Generation(turn.job.attempt(), 1, 0, members, placement, virtualRanks, turn.step(), "start", false);
    }

    /** Lets in a worker before the first generation only: joining a run that trains is not possible yet. */
    private static boolean admit(Turn turn, Member member) {
        if (turn.hasWorker(member.id())) {
            return true;
        }
        if (turn.current != null || turn.wasLost(member.id())) {
            turn.emit(new ClusterEffect.KillWorker(member.id(), member.agent(), "it is no member of the run"));
            return false;
        }
        return true;
    }

    /**
     * Compares a worker with those that were ready before it: they agree with one another, so the newcomer is named.
     */
    private static void checkAgreement(Turn turn, Member member, Agreement agreement) {
        for (ClusterState.Worker other : turn.workers) {
            Optional<String> difference = agreementOf(other).flatMap(agreement::difference);
            if (difference.isPresent()) {
                String cause = turn.name(member) + " does not agree with " + turn.name(other.member()) + " on "
                        + difference.get();
                turn.report(Incident.Severity.FAILURE, member, WorkPoint.UNKNOWN, cause);
                turn.finish(6, cause);
                return;
            }
        }
    }

    private static Optional<Agreement> agreementOf(ClusterState.Worker worker) {
        return worker.status() instanceof WorkerStatus.Ready ready ? Optional.of(ready.agreement()) : Optional.empty();
    }

    private static int agentIndex(Turn turn, Member member) {
        for (int index = 0; index < turn.agents.size(); index++) {
            if (turn.agents.get(index).id().equals(member.agent())) {
                return index;
            }
        }
        return turn.agents.size();
    }

    private static int indexOf(List<ClusterState.Worker> workers, WorkerId id) {
        for (int index = 0; index < workers.size(); index++) {
            if (workers.get(index).member().id().equals(id)) {
                return index;
            }
        }
        return -1;
    }
}
