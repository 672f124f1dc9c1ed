package dev.lockstep.launcher.agent;

import dev.lockstep.cluster.ClusterEffect;
import dev.lockstep.cluster.ClusterEvent;
import dev.lockstep.cluster.ClusterState;
import dev.lockstep.cluster.Coordinator;
import dev.lockstep.cluster.Deadline;
import dev.lockstep.cluster.Decision;
import dev.lockstep.cluster.GenerationRegister;
import dev.lockstep.cluster.JobSpec;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Drives the coordinator's state machine in this process: one machine needs no cluster. Confined to one thread. */
public final class LocalControl implements Control {
    private final GenerationRegister register;
    private final Consumer<ClusterEffect> agent;
    private final LongSupplier nanoClock;
    private final Deque<ClusterEvent> inbox = new ArrayDeque<>();
    private ClusterState state;
    private boolean applying;

    /** Begins an attempt; effects that concern the agent go to {@code agent}, in order. */
    public LocalControl(
            JobSpec job, GenerationRegister register, Consumer<ClusterEffect> agent, LongSupplier nanoClock) {
        this.register = register;
        this.agent = agent;
        this.nanoClock = nanoClock;
        this.state = Coordinator.start(job, nanoClock.getAsLong()).next();
    }

    @Override
    public void send(ClusterEvent event) {
        inbox.add(event);
        if (applying) {
            return; // An effect led to an event: it is applied after the effects of its cause.
        }
        applying = true;
        try {
            for (var next = inbox.poll(); next != null; next = inbox.poll()) {
                apply(next);
            }
        } finally {
            applying = false;
        }
    }

    @Override
    public long waitNanos(long limitNanos) {
        long now = nanoClock.getAsLong();
        return state.nextDeadline()
                .map(deadline -> Math.clamp(deadline.atNanos() - now, 0, limitNanos))
                .orElse(limitNanos);
    }

    @Override
    public void tick() {
        Optional<Deadline> due = state.nextDeadline().filter(deadline -> deadline.atNanos() <= nanoClock.getAsLong());
        due.ifPresent(deadline -> send(new ClusterEvent.TimedOut(deadline.timer())));
    }

    private void apply(ClusterEvent event) {
        Decision decision = Coordinator.apply(state, event, nanoClock.getAsLong());
        state = decision.next();
        for (ClusterEffect effect : decision.effects()) {
            if (effect instanceof ClusterEffect.WriteGeneration(var generation)) {
                inbox.add(register.createIfAbsent(generation).toEvent());
            } else {
                agent.accept(effect);
            }
        }
    }
}
