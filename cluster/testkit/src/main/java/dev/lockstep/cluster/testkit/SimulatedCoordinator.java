package dev.lockstep.cluster.testkit;

import dev.lockstep.cluster.ClusterEffect;
import dev.lockstep.cluster.ClusterEvent;
import dev.lockstep.cluster.ClusterState;
import dev.lockstep.cluster.Coordinator;
import dev.lockstep.cluster.CreateResult;
import dev.lockstep.cluster.Decision;
import dev.lockstep.cluster.Generation;
import dev.lockstep.cluster.WorkerId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A driver of the state machine in a {@link SimulatedCluster}. Confined to its thread. */
final class SimulatedCoordinator {

    private final SimulatedCluster cluster;
    private final VirtualTime time;
    private final Set<WorkerId> knownDead = new HashSet<>();
    private @Nullable ClusterState state;
    private @Nullable Generation announced;
    private final List<SimulatedLink<Consumer<SimulatedCluster.Agent>>> ways = new ArrayList<>();
    private boolean crashed;

    SimulatedCoordinator(SimulatedCluster cluster) {
        this.cluster = cluster;
        this.time = cluster.time;
        perform(cluster.register
                .latest(cluster.job.attempt())
                .map(latest -> Coordinator.resume(cluster.job, latest, time.nowNanos()))
                .orElseGet(() -> Coordinator.start(cluster.job, time.nowNanos())));
    }

    boolean runs() {
        return !crashed && state != null && !state.finished();
    }

    boolean lives() {
        return !crashed;
    }

    void crash() {
        crashed = true;
    }

    OptionalInt exitCode() {
        ClusterEffect.Finish outcome = state == null ? null : state.outcome();
        return outcome == null ? OptionalInt.empty() : OptionalInt.of(outcome.exitCode());
    }

    /** Gets to know an agent: tells it the current generation or the end, and hears all it has to say. */
    void meet(SimulatedCluster.Agent agent) {
        SimulatedLink<Consumer<SimulatedCluster.Agent>> way = cluster.link(this, agent);
        ways.add(way);
        Generation current = announced;
        if (current != null) {
            way.send(known -> known.enter(current));
        }
        if (exitCode().isPresent()) {
            way.send(SimulatedCluster.Agent::end);
        }
        agent.introduce(this);
    }

    private void tellAll(Consumer<SimulatedCluster.Agent> word) {
        ways.forEach(way -> way.send(word));
    }

    void apply(ClusterEvent event) {
        if (crashed || state == null) {
            return;
        }
        if (event instanceof ClusterEvent.WorkerDied died) {
            knownDead.add(died.worker());
        }
        perform(Coordinator.apply(state, event, time.nowNanos()));
    }

    private void perform(Decision decision) {
        state = decision.next();
        decision.effects().forEach(this::perform);
        state.nextDeadline()
                .ifPresent(due -> time.at(due.atNanos(), () -> apply(new ClusterEvent.TimedOut(due.timer()))));
    }

    private void perform(ClusterEffect effect) {
        switch (effect) {
            case ClusterEffect.WriteGeneration write -> write(write.generation());
            case ClusterEffect.Announce announce -> {
                cluster.checker.announced(announce.generation());
                announced = announce.generation();
                tellAll(agent -> agent.enter(announce.generation()));
            }
            case ClusterEffect.KillWorker kill -> {
                knownDead.add(kill.worker());
                tellAll(agent -> agent.kill(kill.worker(), kill.why()));
            }
            case ClusterEffect.Finish finish -> {
                cluster.checker.finished(finish.exitCode());
                tellAll(SimulatedCluster.Agent::end);
            }
            case ClusterEffect.Report report -> {
                if (report.incident().cause().isEmpty()) {
                    throw new AssertionError("a report without a cause: " + report);
                }
            }
        }
    }

    /** The proposal reaches the register even if the coordinator crashes meanwhile; the answer may find nobody. */
    private void write(Generation proposal) {
        cluster.checker.proposed(proposal, knownDead);
        time.after(SimulatedCluster.MESSAGE_DELAY_MAX, () -> {
            CreateResult result = cluster.register.createIfAbsent(proposal);
            time.after(SimulatedCluster.MESSAGE_DELAY_MAX, () -> apply(result.toEvent()));
        });
    }

    @Override
    public String toString() {
        return (crashed ? "crashed " : "") + state;
    }
}
