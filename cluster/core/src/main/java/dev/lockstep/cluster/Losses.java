package dev.lockstep.cluster;

import java.util.List;

/** Rules for the death of workers and agents, and for exceptions of the user's program. */
final class Losses {

    private Losses() {}

    static void agentLost(Turn turn, ClusterEvent.AgentLost lost) {
        turn.agents.removeIf(agent -> agent.id().equals(lost.agent()));
        List<ClusterState.Worker> gone = turn.workers.stream()
                .filter(w -> w.member().agent().equals(lost.agent()))
                .toList();
        for (ClusterState.Worker worker : gone) {
            lose(turn, worker.member(), "its agent was lost: " + lost.cause(), WorkPoint.UNKNOWN);
        }
    }

    static void workerDied(Turn turn, ClusterEvent.WorkerDied died) {
        turn.view().worker(died.worker()).ifPresent(worker -> lose(turn, worker.member(), died.cause(), died.at()));
    }

    static void workerFailed(Turn turn, ClusterEvent.WorkerFailed failed) {
        turn.view().worker(failed.worker()).ifPresent(worker -> {
            UserFailure failure = failed.failure();
            String cause = failure.type() + ": " + failure.message();
            turn.report(Incident.Severity.FAILURE, worker.member(), failure.at(), cause);
            turn.finish(failure.exitCode(), turn.name(worker.member()) + " failed: " + cause);
        });
    }

    /** Takes a worker out; {@link Coordinator} then proposes a generation of those who are left. */
    static void lose(Turn turn, Member member, String cause, WorkPoint at) {
        turn.workers.removeIf(w -> w.member().id().equals(member.id()));
        turn.sawStep(at.step());
        boolean overAnyway = turn.pending != null && turn.pending.complete();
        turn.report(overAnyway ? Incident.Severity.WARNING : Incident.Severity.FAILURE, member, at, cause);
        if (!overAnyway) {
            endIfWorkIsDeadly(turn, member, at);
        }
        turn.losses.add(new ClusterState.Loss(member, cause, at));
        if (turn.current == null && turn.pending == null) {
            turn.finish(5, turn.name(member) + " was lost before training began: " + cause);
        }
    }

    private static void endIfWorkIsDeadly(Turn turn, Member member, WorkPoint at) {
        boolean deadly = turn.losses.stream().anyMatch(loss -> loss.at().sharesWorkWith(at));
        if (deadly) {
            turn.finish(
                    1,
                    "step " + at.step() + ", virtual ranks " + at.virtualRanks() + " killed a second worker: "
                            + turn.name(member));
        }
    }
}
