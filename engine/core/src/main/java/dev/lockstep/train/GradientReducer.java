package dev.lockstep.train;

import dev.lockstep.backend.Value;
import dev.lockstep.layout.VirtualRanks;
import java.util.List;
import java.util.Optional;

/**
 * Sums a step's contributions over all virtual ranks, whoever computes them. The trainer calls it from one thread:
 * {@link #open} once, then {@link #reduce} once a step and again when told to compute more, at last {@link #complete}
 * and {@link #close}.
 */
public interface GradientReducer extends AutoCloseable {
    /** What came of a reduction. */
    sealed interface Outcome {
        /**
         * The whole tree's sum: its node is [0, V). The caller owns it and must not write into its values.
         *
         * @param total the sum over all virtual ranks
         */
        record Reduced(NodeSum total) implements Outcome {}

        /**
         * The members changed before the step was reduced. Compute what is missing of {@code mine} and call again.
         *
         * @param mine the virtual ranks this worker computes now
         */
        record Reassigned(VirtualRanks mine) implements Outcome {}
    }

    /** The contributions one worker has at hand for a step. Thread-safe for reading while {@code reduce} runs. */
    interface Contributions {
        /**
         * {@return the sums of the maximal complete nodes inside {@code range}, in order; they stay owned by the
         * contributions}
         *
         * @throws IllegalStateException if a leaf of the range was not computed
         */
        List<NodeSum> cover(VirtualRanks range);

        /** {@return whether they are divided into the reducer's buckets} */
        boolean isDivided();

        /**
         * {@return as {@link #cover(VirtualRanks)}, of the tensors of one bucket, and of the last with the scalars;
         * owned by the caller}
         */
        List<NodeSum> cover(int bucket, VirtualRanks range);
    }

    /**
     * Says what belongs to single virtual ranks and must outlive the worker that has it; before {@link #open}. A
     * reducer of one worker has nobody to give it to.
     */
    default void keep(RankStates states) {}

    /**
     * Says what this worker will reduce, waits until the job's first generation exists, and returns this worker's
     * virtual ranks.
     *
     * @throws IllegalStateException if the workers do not agree on the plan, saying what differs
     */
    VirtualRanks open(ReductionPlan plan);

    /** Says to which training step, counted from 0, the reductions that follow belong. An evaluation says nothing. */
    default void beginStep(long step) {}

    /**
     * {@return the tensors of the plan that are reduced together, bucket by bucket, in the order in which they are to
     * be ready; none if it is all the same to this reducer} What no bucket lists belongs to the last.
     */
    default List<List<Integer>> buckets() {
        return List.of();
    }

    /**
     * Says that all virtual ranks of this worker are in the sums of a bucket while others are still being computed. May
     * start its reduction; does not wait. Called from any thread, before {@link #reduce} of the same sequence number.
     *
     * @param contributions divided ones, of which this bucket may be asked for
     */
    default void ready(long sequence, int bucket, Contributions contributions) {}

    /**
     * {@return where a tensor's sum over the virtual ranks from this one on is best written, so that it need not be
     * copied to be reduced; empty if anywhere is as good} A value in C order of any contents, owned by the caller.
     * Asked for a tensor and virtual rank once a reduction at most, or once more when the members changed; from any
     * thread, before {@link #reduce}.
     */
    default Optional<Value> place(int tensor, int virtualRank) {
        return Optional.empty();
    }

    /** {@return the virtual ranks this worker computes in the generation in force} */
    VirtualRanks assigned();

    /**
     * Reduces the step with this sequence number; blocks until the sum is held or the members changed.
     *
     * @param sequence numbers every reduction of a job from 0 without gaps: training steps and evaluation steps alike
     */
    Outcome reduce(long sequence, Contributions contributions);

    /** {@return whether this worker is rank 0 of the generation in force: the one that logs and saves} */
    boolean isLeader();

    /** {@return the number of the generation in force} */
    long generation();

    /**
     * Says that this worker has made its last step, and waits until every worker has, helping those that lack it after
     * a failure.
     *
     * @param weightsSha256 the digest of this worker's weights; replicas that differ end the job with an error that
     *     names them
     */
    void complete(String weightsSha256);

    /** Leaves the job without waiting for anyone. After {@link #complete} it only frees what the reducer holds. */
    @Override
    void close();
}
