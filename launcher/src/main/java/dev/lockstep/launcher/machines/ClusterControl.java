package dev.lockstep.launcher.machines;

import dev.lockstep.cluster.AgentId;
import dev.lockstep.cluster.ClusterEffect;
import dev.lockstep.cluster.ClusterEvent;
import dev.lockstep.cluster.Generation;
import dev.lockstep.cluster.Incident;
import dev.lockstep.cluster.WorkerId;
import dev.lockstep.cluster.pekko.AgentPort;
import dev.lockstep.cluster.pekko.ClusterNode;
import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.agent.Agent;
import dev.lockstep.launcher.agent.Control;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The way to a coordinator that may be on another machine. Events told before the node is up are kept; decisions that
 * come before the agent is made are kept as well. Thread-safe.
 */
final class ClusterControl implements Control, AgentPort {
    private final AgentId self;
    private final boolean founder;
    private final CompletableFuture<Agent> agent = new CompletableFuture<>();
    private final List<ClusterEvent> early = new ArrayList<>();
    private @Nullable ClusterNode node;

    /** Makes the control of the machine that founds the job, or of one that joins it. */
    ClusterControl(AgentId self, boolean founder) {
        LoggerFactory.getILoggerFactory(); // Before several threads log at once.
        this.self = self;
        this.founder = founder;
    }

    /** Names the agent that carries decisions out. */
    Control of(Agent carriesOut) {
        agent.complete(carriesOut);
        return this;
    }

    /** Tells the node what has happened so far, and everything from now on. */
    synchronized void connect(ClusterNode up) {
        node = up;
        early.forEach(up::report);
        early.clear();
    }

    @Override
    public synchronized void send(ClusterEvent event) {
        boolean saidByTheNode = event instanceof ClusterEvent.AgentJoined;
        boolean endsThisMachineOnly = !founder && event instanceof ClusterEvent.StopRequested;
        if (saidByTheNode || endsThisMachineOnly) {
            return;
        }
        if (node == null) {
            early.add(event);
        } else {
            node.report(event);
        }
    }

    @Override
    public long waitNanos(long limitNanos) {
        return limitNanos;
    }

    @Override
    public void tick() {}

    @Override
    public void announced(Generation generation) {
        decided(new ClusterEffect.Announce(generation));
    }

    @Override
    public void kill(WorkerId worker, String why) {
        decided(new ClusterEffect.KillWorker(worker, self, why));
    }

    @Override
    public void incident(Incident incident) {
        decided(new ClusterEffect.Report(incident));
    }

    @Override
    public void finished(int exitCode, String reason) {
        decided(new ClusterEffect.Finish(exitCode, reason));
    }

    @Override
    public void lost(String cause) {
        decided(new ClusterEffect.Finish(ExitCode.LOST, cause));
    }

    private void decided(ClusterEffect effect) {
        var _ = agent.thenAccept(known -> known.decided(effect));
    }
}
