package dev.lockstep.cluster;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Rules for the end: all members have applied the last step and hold the same weights. */
final class Completion {

    private Completion() {}

    /** Keeps the word also when it is ahead of what this coordinator knows: another one may have been faster. */
    static void workerDone(Turn turn, ClusterEvent.WorkerDone done) {
        if (turn.hasWorker(done.worker()) && done.generation() >= turn.generationNumber()) {
            turn.sawStep(done.lastStep());
            turn.setStatus(
                    done.worker(), new WorkerStatus.Done(done.generation(), done.lastStep(), done.weightsDigest()));
        }
    }

    /** Proposes completion once all members of the current generation are done. */
    static void settle(Turn turn) {
        Generation current = turn.requireCurrent();
        Map<String, List<Member>> byResult = new TreeMap<>();
        ClusterState state = turn.view();
        for (Member member : current.members()) {
            WorkerStatus status = state.worker(member.id()).orElseThrow().status();
            if (!(status instanceof WorkerStatus.Done done) || done.generation() != current.number()) {
                return;
            }
            String result = "digest " + done.weightsDigest() + " after " + done.lastStep() + " steps";
            byResult.computeIfAbsent(result, r -> new ArrayList<>()).add(member);
        }
        if (byResult.size() == 1) {
            turn.propose(completion(turn, current));
        } else {
            disagree(turn, byResult);
        }
    }

    private static Generation completion(Turn turn, Generation current) {
        return new Generation(
                current.attempt(),
                current.number() + 1,
                current.number(),
                current.members(),
                current.placement(),
                current.virtualRanks(),
                turn.step(),
                "complete",
                true);
    }

    /** Names the members outside the largest group; where two groups are equally large nobody can tell who is right. */
    private static void disagree(Turn turn, Map<String, List<Member>> byResult) {
        List<Map.Entry<String, List<Member>>> groups = byResult.entrySet().stream()
                .sorted(Comparator.comparingInt(group -> -group.getValue().size()))
                .toList();
        boolean tie =
                groups.get(0).getValue().size() == groups.get(1).getValue().size();
        List<String> parts = new ArrayList<>();
        for (var group : tie ? groups : groups.subList(1, groups.size())) {
            for (Member member : group.getValue()) {
                String part = turn.name(member) + " has " + group.getKey();
                turn.report(Incident.Severity.FAILURE, member, WorkPoint.UNKNOWN, part);
                parts.add(part);
            }
        }
        String rest = tie ? "" : "; the others have " + groups.getFirst().getKey();
        turn.finish(6, "the workers disagree at the end: " + String.join(", ", parts) + rest);
    }
}
