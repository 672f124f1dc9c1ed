package dev.lockstep.cluster;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Rules for workers that their peers cannot reach.
 *
 * <p>A broken link is mostly the echo of a death that the agent is about to report, and a worker that gives up its
 * group breaks the links of others. So an accusation waits for the agent's word, and if none comes the worker that was
 * accused first is given up: the earliest is the root.
 */
final class Suspicions {

    private Suspicions() {}

    /** Keeps the word also when it is ahead of what this coordinator knows: another one may have been faster. */
    static void accuse(Turn turn, ClusterEvent.PeerUnreachable event) {
        boolean timely = turn.current != null
                && event.generation() >= turn.generationNumber()
                && turn.hasWorker(event.reporter())
                && turn.hasWorker(event.accused())
                && !event.reporter().equals(event.accused());
        if (timely) {
            turn.sawStep(event.at().step());
            turn.accusations.add(new ClusterState.Accusation(
                    event.reporter(), event.accused(), event.generation(), event.cause(), event.at()));
            await(turn);
        }
    }

    /** Bounds the wait for the agent's word on the worker that was accused first in the current generation. */
    static void await(Turn turn) {
        Optional<ClusterState.Accusation> first = first(turn);
        if (first.isEmpty() || turn.pending != null) {
            return;
        }
        int witnesses = reporters(turn, first.get().accused()).size();
        JobSpec.Timeouts timeouts = turn.job.timeouts();
        Duration patience = witnesses >= 2 ? timeouts.twoWitnesses() : timeouts.oneWitness();
        long limit = turn.nowNanos + patience.toNanos();
        long sooner = turn.deadlines.stream()
                .filter(d -> d.timer() == Timer.SUSPICION)
                .mapToLong(d -> Math.min(d.atNanos(), limit))
                .findFirst()
                .orElse(limit);
        turn.setDeadline(Timer.SUSPICION, sooner);
    }

    /** Gives the worker up that was accused first. */
    static void decide(Turn turn) {
        turn.deadlines.removeIf(deadline -> deadline.timer() == Timer.SUSPICION);
        first(turn)
                .ifPresent(accusation -> turn.view()
                        .worker(accusation.accused())
                        .ifPresent(accused -> giveUp(turn, accused.member(), accusation)));
    }

    private static void giveUp(Turn turn, Member accused, ClusterState.Accusation accusation) {
        String witnesses = reporters(turn, accused.id()).stream()
                .map(id -> String.valueOf(turn.rankOf(id)))
                .collect(Collectors.joining(", "));
        String cause = "cannot be reached by ranks " + witnesses + ": " + accusation.cause();
        turn.emit(new ClusterEffect.KillWorker(accused.id(), accused.agent(), cause));
        WorkPoint at =
                new WorkPoint(accusation.at().step(), List.of(), accusation.at().operation());
        Losses.lose(turn, accused, cause, at);
    }

    private static Optional<ClusterState.Accusation> first(Turn turn) {
        return turn.accusations.stream()
                .filter(a -> a.generation() == turn.generationNumber())
                .findFirst();
    }

    private static List<WorkerId> reporters(Turn turn, WorkerId accused) {
        return turn.accusations.stream()
                .filter(a -> a.accused().equals(accused) && a.generation() == turn.generationNumber())
                .map(ClusterState.Accusation::reporter)
                .distinct()
                .toList();
    }
}
