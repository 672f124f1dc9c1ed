package dev.lockstep.cluster;

import java.util.List;

/**
 * The state machine of membership: proposes a generation whenever the members change, and decides how the run ends.
 *
 * <p>Pure and deterministic: the same state, event and time give the same decision. A driver keeps the state, applies
 * events one at a time and performs the effects in order. Two coordinators may run for a moment: they only propose, the
 * {@link GenerationRegister} decides, and the loser adopts what the register holds. Events about workers or generations
 * that are gone change nothing.
 */
public final class Coordinator {

    private Coordinator() {}

    /**
     * Begins an attempt that has no generation yet.
     *
     * @param job the job
     * @param nowNanos the driver's monotonic clock
     * @return the first state; no effects
     */
    public static Decision start(JobSpec job, long nowNanos) {
        Turn turn = new Turn(empty(job), nowNanos);
        turn.setDeadline(
                Timer.RENDEZVOUS, nowNanos + job.timeouts().rendezvous().toNanos());
        return turn.end();
    }

    /**
     * Takes over an attempt from what the register holds. The driver then asks all agents to report their workers
     * again, and says which agents are lost.
     *
     * @param job the job
     * @param latest the latest generation of the attempt
     * @param nowNanos the driver's monotonic clock
     * @return the first state; the generation is announced again, or the run finished if it is complete
     * @throws IllegalArgumentException if the generation is of another attempt
     */
    public static Decision resume(JobSpec job, Generation latest, long nowNanos) {
        if (!latest.attempt().equals(job.attempt())) {
            throw new IllegalArgumentException(
                    "generation " + latest.number() + " is of attempt " + latest.attempt() + ", not " + job.attempt());
        }
        Turn turn = new Turn(empty(job), nowNanos);
        Succession.enter(turn, latest);
        settle(turn);
        return turn.end();
    }

    /**
     * Applies one event.
     *
     * @param state the state
     * @param event what happened
     * @param nowNanos the driver's monotonic clock
     * @return the next state and what to do
     */
    public static Decision apply(ClusterState state, ClusterEvent event, long nowNanos) {
        if (state.finished()) {
            return new Decision(state, List.of());
        }
        Turn turn = new Turn(state, nowNanos);
        dispatch(turn, event);
        settle(turn);
        return turn.end();
    }

    private static void dispatch(Turn turn, ClusterEvent event) {
        switch (event) {
            case ClusterEvent.AgentJoined joined -> Forming.agentJoined(turn, joined);
            case ClusterEvent.AgentLost lost -> Losses.agentLost(turn, lost);
            case ClusterEvent.WorkerStarted started -> Forming.workerStarted(turn, started);
            case ClusterEvent.WorkerReady ready -> Forming.workerReady(turn, ready);
            case ClusterEvent.WorkerDied died -> Losses.workerDied(turn, died);
            case ClusterEvent.PeerUnreachable accusation -> Suspicions.accuse(turn, accusation);
            case ClusterEvent.WorkerDone done -> Completion.workerDone(turn, done);
            case ClusterEvent.WorkerFailed failed -> Losses.workerFailed(turn, failed);
            case ClusterEvent.GenerationWritten written -> Succession.written(turn, written.generation());
            case ClusterEvent.GenerationRefused refused -> Succession.refused(turn, refused.existing());
            case ClusterEvent.StopRequested stop -> turn.finish(stop.exitCode(), stop.reason());
            case ClusterEvent.TimedOut timeout -> timedOut(turn, timeout.timer());
        }
    }

    private static void timedOut(Turn turn, Timer timer) {
        boolean due = turn.deadlines.stream().anyMatch(d -> d.timer() == timer && d.atNanos() <= turn.nowNanos);
        if (!due) {
            return;
        }
        switch (timer) {
            case RENDEZVOUS -> Forming.timedOut(turn);
            case REGISTER ->
                turn.finish(
                        5,
                        "the generation register did not answer within "
                                + turn.job.timeouts().rendezvous().toSeconds() + " s");
            case SUSPICION -> Suspicions.decide(turn);
        }
    }

    /** Proposes what the state as a whole calls for; one proposal at a time, later changes fold into the next. */
    private static void settle(Turn turn) {
        if (turn.finished() || turn.pending != null) {
            return;
        }
        if (turn.current == null) {
            Forming.settle(turn);
        } else if (turn.view().survivors().size() < turn.current.worldSize()) {
            Succession.succeed(turn);
        } else {
            Completion.settle(turn);
        }
    }

    private static ClusterState empty(JobSpec job) {
        return new ClusterState(job, List.of(), List.of(), null, null, List.of(), List.of(), List.of(), 0, null);
    }
}
