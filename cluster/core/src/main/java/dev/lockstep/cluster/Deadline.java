package dev.lockstep.cluster;

/**
 * A bound of a wait: the driver owes the coordinator a {@link ClusterEvent.TimedOut} then. Immutable.
 *
 * @param timer what is waited for
 * @param atNanos when it ends, on the driver's monotonic clock
 */
public record Deadline(Timer timer, long atNanos) {}
