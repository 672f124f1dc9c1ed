package dev.lockstep.collectives.parallel;

import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.train.ReductionPlan;

/**
 * A worker's port to the control plane: which generation is in force, and who must hear of trouble. The reducer calls
 * it from the trainer's thread, in this order: {@link #announce} once, {@link #await} and {@link #onSuperseded} for
 * each generation, {@link #report} on failures, {@link #done} once, {@link #await} until complete, {@link #close}.
 */
public interface GroupSource extends AutoCloseable {
    /**
     * Says what this worker will reduce, before the first generation. Does not wait.
     *
     * @param planDigest SHA-256 of the plan in hexadecimal, and the communication hook in words; equal in all workers
     *     of a job
     */
    void announce(ReductionPlan plan, String planDigest);

    /**
     * Waits, within a bound of its own, until a generation newer than {@code after} exists that this worker is in, and
     * connects its group. A generation that is superseded while its group forms is left for the newer one. Every group
     * given out earlier must have been aborted or closed by its receiver.
     *
     * @param after the last generation seen, 0 at first
     * @throws IllegalStateException if the job ended without this worker or refused it, saying why
     */
    Formation await(long after);

    /**
     * Runs {@code abort} once, on some other thread, as soon as a generation newer than {@code generation} is announced
     * (at once if one was already) or the agent is lost. Replaces the hook given before.
     */
    void onSuperseded(long generation, Runnable abort);

    /**
     * Tells the agent that a collective failed. Does not wait; a newer generation is the answer.
     *
     * @param failure why; a {@link dev.lockstep.collectives.PeerLostException} names the peer
     * @param generation the generation whose group failed
     * @param sequence the reduction that was under way
     */
    void report(CollectiveException failure, long generation, long sequence);

    /**
     * Says that this worker holds the result of its last reduction and will start no other. Does not wait: the answer
     * is a formation, complete once all workers said it, or one in which this worker helps another to its result; the
     * source says it again in each.
     *
     * @param lastSequence the last reduction held, or -1 if there was none
     * @param weightsSha256 the digest of this worker's weights, which must be that of all
     */
    void done(long lastSequence, String weightsSha256);

    /** Lets go of what the source holds; the agent sees the worker leave. */
    @Override
    void close();
}
