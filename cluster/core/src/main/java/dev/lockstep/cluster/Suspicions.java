package dev.lockstep.cluster;

import java.time.Duration;
import java.util.List;
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

    static void accuse(Turn turn, ClusterEvent.PeerUnreachable event) {
        ClusterState state = turn.view();
        boolean timely = turn.pending == null
                && turn.current != null
                && turn.current.number() == event.generation()
                && state.trains(event.reporter())
                && state.trains(event.accused())
                && !event.reporter().equals(event.accused());
        if (!timely) {
            return;
        }
        turn.sawStep(event.at().step());
        turn.accusations.add(new ClusterState.Accusation(event.reporter(), event.accused(), event.cause(), event.at()));
        awaitTheAgent(turn);
    }

    /** Gives the first accused worker up. */
    static void decide(Turn turn) {
        turn.deadlines.removeIf(deadline -> deadline.timer() == Timer.SUSPICION);
        if (turn.accusations.isEmpty()) {
            return;
        }
        ClusterState.Accusation first = turn.accusations.getFirst();
        turn.view().worker(first.accused()).ifPresent(accused -> {
            String witnesses = reporters(turn, first.accused()).stream()
                    .map(id -> String.valueOf(turn.rankOf(id)))
                    .collect(Collectors.joining(", "));
            String cause = "cannot be reached by ranks " + witnesses + ": " + first.cause();
            turn.emit(new ClusterEffect.KillWorker(
                    first.accused(), accused.member().agent(), cause));
            Losses.lose(
                    turn,
                    accused.member(),
                    cause,
                    new WorkPoint(first.at().step(), List.of(), first.at().operation()));
        });
    }

    private static void awaitTheAgent(Turn turn) {
        WorkerId first = turn.accusations.getFirst().accused();
        int witnesses = reporters(turn, first).size();
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

    private static List<WorkerId> reporters(Turn turn, WorkerId accused) {
        return turn.accusations.stream()
                .filter(a -> a.accused().equals(accused))
                .map(ClusterState.Accusation::reporter)
                .distinct()
                .toList();
    }
}
