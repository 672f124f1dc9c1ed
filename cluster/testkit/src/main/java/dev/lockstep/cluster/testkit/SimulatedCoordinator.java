package dev.lockstep.cluster.testkit;

import dev.lockstep.cluster.ClusterEffect;
import dev.lockstep.cluster.ClusterEvent;
import dev.lockstep.cluster.ClusterState;
import dev.lockstep.cluster.Coordinator;
import dev.lockstep.cluster.CreateResult;
import dev.lockstep.cluster.Decision;
import dev.lockstep.cluster.Generation;
import dev.lockstep.cluster.WorkerId;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A driver of the state machine in a {@link SimulatedCluster}. Confined to its thread. */
final class SimulatedCoordinator {

    private final SimulatedCluster cluster;
    private final VirtualTime time;
    private final Set<WorkerId> knownDead = new HashSet<>();
    private @Nullable ClusterState state;
    private boolean crashed;
    private long lastDeliveryNanos;

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

    void crash() {
        crashed = true;
    }

    OptionalInt exitCode() {
        ClusterEffect.Finish outcome = state == null ? null : state.outcome();
        return outcome == null ? OptionalInt.empty() : OptionalInt.of(outcome.exitCode());
    }

    /** Brings an event of an agent, in order of sending. */
    void send(ClusterEvent event) {
        lastDeliveryNanos =
                Math.max(lastDeliveryNanos, time.nowNanos() + time.within(SimulatedCluster.MESSAGE_DELAY_MAX));
        time.at(lastDeliveryNanos, () -> apply(event));
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
                cluster.announce(announce.generation());
            }
            case ClusterEffect.KillWorker kill -> {
                knownDead.add(kill.worker());
                cluster.kill(kill.worker(), kill.why());
            }
            case ClusterEffect.Finish finish -> {
                cluster.checker.finished(finish.exitCode());
                cluster.finish();
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
