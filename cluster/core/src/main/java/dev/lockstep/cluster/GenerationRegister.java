package dev.lockstep.cluster;

import java.util.Optional;

/**
 * Decides which generations exist: the first to create one under a number wins, for all time. Thread-safe; may block on
 * disk or network; never overwrites.
 */
public interface GenerationRegister {

    /**
     * Takes the next free attempt number of a run. No two callers get the same one.
     *
     * @param runId the run's 128-bit id in hexadecimal digits
     * @return the attempt
     * @throws RegisterException if the register cannot be reached or is damaged
     */
    AttemptId newAttempt(String runId);

    /**
     * Writes a generation unless its (attempt, number) is taken. When it returns, the winner is durable.
     *
     * @param generation the proposal
     * @return whether the register holds the proposal, or what it holds instead
     * @throws RegisterException if the register cannot be reached or is damaged; the outcome is then unknown, and the
     *     same call may be made again
     */
    CreateResult createIfAbsent(Generation generation);

    /**
     * Reads a generation.
     *
     * @param attempt the attempt
     * @param number the generation's number
     * @return the generation, or empty if nobody has written it
     * @throws RegisterException if the register cannot be reached or is damaged
     */
    Optional<Generation> read(AttemptId attempt, long number);

    /**
     * Reads the generation with the highest number.
     *
     * @param attempt the attempt
     * @return the generation, or empty if there is none
     * @throws RegisterException if the register cannot be reached or is damaged
     */
    Optional<Generation> latest(AttemptId attempt);
}
