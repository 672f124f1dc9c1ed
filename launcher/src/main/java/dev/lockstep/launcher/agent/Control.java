package dev.lockstep.launcher.agent;

import dev.lockstep.cluster.ClusterEvent;

/**
 * The way to the coordinator, in this process or on another machine. What it decides comes back to the agent as
 * {@link dev.lockstep.cluster.ClusterEffect}s. Called from the agent's thread only.
 */
public interface Control {
    /** Tells the coordinator what happened. */
    void send(ClusterEvent event);

    /** {@return nanoseconds until {@link #tick} wants to be called, at most {@code limitNanos}} */
    long waitNanos(long limitNanos);

    /** Lets deadlines pass that are due. */
    void tick();
}
