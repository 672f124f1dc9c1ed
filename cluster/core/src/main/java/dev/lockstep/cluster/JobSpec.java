package dev.lockstep.cluster;

import java.time.Duration;

/**
 * What the coordinator must know of a job. Immutable.
 *
 * @param attempt the attempt
 * @param machines the least number of machines to begin with
 * @param workersPerMachine the number of workers on each
 * @param timeouts the bounds of the coordinator's waits
 */
public record JobSpec(AttemptId attempt, int machines, int workersPerMachine, Timeouts timeouts) {

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if either number is below 1
     */
    public JobSpec {
        if (machines < 1 || workersPerMachine < 1) {
            throw new IllegalArgumentException(
                    "job: " + machines + " machines of " + workersPerMachine + " workers: both must be positive");
        }
    }

    /** {@return the number of workers that the first generation waits for} */
    public int workers() {
        return machines * workersPerMachine;
    }

    /**
     * Bounds of the coordinator's waits; each must be positive.
     *
     * @param rendezvous for the first generation, and for the register to answer
     * @param oneWitness from the first report of a broken link until the accused worker is given up
     * @param twoWitnesses the same once two workers accuse it: long enough for its agent to say what really happened
     */
    public record Timeouts(Duration rendezvous, Duration oneWitness, Duration twoWitnesses) {

        /** 10 minutes, 2 seconds, 200 milliseconds. */
        public static final Timeouts DEFAULT =
                new Timeouts(Duration.ofMinutes(10), Duration.ofSeconds(2), Duration.ofMillis(200));

        /**
         * Checks that each is positive.
         *
         * @throws IllegalArgumentException if one is not
         */
        public Timeouts {
            if (!rendezvous.isPositive() || !oneWitness.isPositive() || !twoWitnesses.isPositive()) {
                throw new IllegalArgumentException(
                        "timeouts: " + rendezvous + ", " + oneWitness + ", " + twoWitnesses + ": all must be positive");
            }
        }
    }
}
