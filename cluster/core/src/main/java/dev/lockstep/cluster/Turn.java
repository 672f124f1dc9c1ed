package dev.lockstep.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The working copy of a state while one event is applied. Confined to that call. */
final class Turn {

    final JobSpec job;
    final long nowNanos;
    final List<ClusterState.Agent> agents;
    final List<ClusterState.Worker> workers;
    final List<ClusterState.Loss> losses;
    final List<ClusterState.Accusation> accusations;
    final List<Deadline> deadlines;
    private final List<ClusterEffect> effects = new ArrayList<>();

    @Nullable
    Generation current;

    @Nullable
    Generation pending;

    private long step;
    private ClusterEffect.@Nullable Finish outcome;

    Turn(ClusterState state, long nowNanos) {
        this.job = state.job();
        this.nowNanos = nowNanos;
        this.agents = new ArrayList<>(state.agents());
        this.workers = new ArrayList<>(state.workers());
        this.losses = new ArrayList<>(state.losses());
        this.accusations = new ArrayList<>(state.accusations());
        this.deadlines = new ArrayList<>(state.deadlines());
        this.current = state.current();
        this.pending = state.pending();
        this.step = state.step();
        this.outcome = state.outcome();
    }

    ClusterState view() {
        return new ClusterState(job, agents, workers, current, pending, losses, accusations, deadlines, step, outcome);
    }

    Decision end() {
        ClusterState next = view();
        next.assertInvariants();
        return new Decision(next, effects);
    }

    boolean finished() {
        return outcome != null;
    }

    void emit(ClusterEffect effect) {
        effects.add(effect);
    }

    void sawStep(long seen) {
        step = Math.max(step, seen);
    }

    long step() {
        return step;
    }

    /** Ends the run; the first reason stands. */
    void finish(int exitCode, String reason) {
        if (outcome != null) {
            return;
        }
        outcome = new ClusterEffect.Finish(exitCode, reason);
        pending = null;
        deadlines.clear();
        emit(outcome);
    }

    void propose(Generation generation) {
        pending = generation;
        setDeadline(Timer.REGISTER, nowNanos + job.timeouts().rendezvous().toNanos());
        emit(new ClusterEffect.WriteGeneration(generation));
    }

    /** Takes a generation that is written as the current one; what was said about its parent no longer counts. */
    void adopt(Generation generation) {
        current = generation;
        pending = null;
        accusations.removeIf(accusation -> accusation.generation() < generation.number());
        deadlines.clear();
        sawStep(generation.startStep());
    }

    void setDeadline(Timer timer, long atNanos) {
        deadlines.removeIf(deadline -> deadline.timer() == timer);
        deadlines.add(new Deadline(timer, atNanos));
    }

    /** Replaces a worker in place, so that the order of appearance stays. */
    void setStatus(WorkerId id, WorkerStatus status) {
        workers.replaceAll(w -> w.member().id().equals(id) ? new ClusterState.Worker(w.member(), status) : w);
    }

    int rankOf(WorkerId id) {
        return current == null ? -1 : current.rankOf(id).orElse(-1);
    }

    boolean hasWorker(WorkerId id) {
        return workers.stream().anyMatch(w -> w.member().id().equals(id));
    }

    boolean wasLost(WorkerId id) {
        return losses.stream().anyMatch(l -> l.member().id().equals(id));
    }

    long generationNumber() {
        return current == null ? 0 : current.number();
    }

    Generation requireCurrent() {
        return Objects.requireNonNull(current, "no generation is written yet");
    }

    /** Shows what happened to a worker. */
    void report(Incident.Severity severity, Member member, WorkPoint at, String cause) {
        emit(new ClusterEffect.Report(
                new Incident(severity, rankOf(member.id()), member.host(), member.pid(), at, cause)));
    }

    /** Names a worker by rank if it has one, by host and process in any case. */
    String name(Member member) {
        int rank = rankOf(member.id());
        String who = rank >= 0 ? "rank " + rank : "worker " + member.localRank();
        return who + " (" + member.host() + ", pid " + member.pid() + ")";
    }
}
