package dev.lockstep.cluster.pekko;

import dev.lockstep.cluster.AgentId;
import dev.lockstep.cluster.GenerationRegister;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * What a node needs to start. Immutable.
 *
 * @param host the address that the other machines reach this one by
 * @param port the port for control messages, 0 for a free one
 * @param agent this agent's incarnation
 * @param slots the number of workers that this machine can run
 * @param certificate the job's certificate, the same on all nodes
 * @param register the run's generation register, the same storage on all nodes
 * @param timings how soon a silent node counts as lost
 * @param clock a monotonic clock in nanoseconds
 */
public record NodeOptions(
        String host,
        int port,
        AgentId agent,
        int slots,
        JobCertificate certificate,
        GenerationRegister register,
        Timings timings,
        LongSupplier clock) {

    /**
     * How soon a silent node counts as lost: after about {@code pause} it is unreachable, after {@code stableAfter}
     * more it is taken out.
     *
     * @param heartbeat the interval between heartbeats
     * @param pause the silence that is still acceptable, at least three heartbeats
     * @param stableAfter how long the view of who is unreachable must not change
     * @param join how long a node tries to join
     */
    public record Timings(Duration heartbeat, Duration pause, Duration stableAfter, Duration join) {

        /** 100 ms, 500 ms, 300 ms; a minute to join. */
        public static final Timings DEFAULT = new Timings(
                Duration.ofMillis(100), Duration.ofMillis(500), Duration.ofMillis(300), Duration.ofMinutes(1));

        /**
         * Checks that the timings do not contradict each other.
         *
         * @throws IllegalArgumentException if one is not positive or the pause is below three heartbeats
         */
        public Timings {
            boolean positive = heartbeat.isPositive() && stableAfter.isPositive() && join.isPositive();
            if (!positive || pause.compareTo(heartbeat.multipliedBy(3)) < 0) {
                throw new IllegalArgumentException("timings: heartbeat " + heartbeat + ", pause " + pause
                        + ", stable after " + stableAfter + ", join " + join
                        + ": all must be positive, and the pause at least three heartbeats");
            }
        }
    }
}
