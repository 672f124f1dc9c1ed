package dev.lockstep.collectives.parallel;

import dev.lockstep.backend.Value;
import dev.lockstep.collectives.parallel.BucketLayout.Bucket;
import dev.lockstep.collectives.parallel.Formation.Formed;
import dev.lockstep.layout.VirtualRanks;
import dev.lockstep.train.GradientReducer.Contributions;
import dev.lockstep.train.NodeSum;
import dev.lockstep.train.ReductionPlan;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Makes the sums of steps in the generation in force: headers first, then buckets, all at the end of a step or one by
 * one as they are ready. Confined to the trainer's thread, but for {@link #ready} and {@link #place}.
 */
final class ElasticSums implements AutoCloseable {
    private final ReductionPlan plan;
    private final StepReduction reduction;
    private final Optional<Guardians> guardians;
    private final HeldResult held;
    private final LongSupplier nanoTime;
    private final EarlyBuckets early = new EarlyBuckets();
    private Formed formed;
    private StepCosts costs;

    /**
     * Makes sums in the first generation.
     *
     * @param held the result that all have once they have said so
     */
    ElasticSums(Setup setup, Optional<Guardians> guardians, HeldResult held, Formed formed) {
        this.plan = setup.plan();
        this.reduction = setup.reduction();
        this.nanoTime = setup.nanoTime();
        this.guardians = guardians;
        this.held = held;
        this.formed = formed;
        this.costs = costs();
    }

    /**
     * What is the same in all generations.
     *
     * @param nanoTime a monotonic clock
     */
    record Setup(ReductionPlan plan, StepReduction reduction, LongSupplier nanoTime) {}

    private StepCosts costs() {
        return new StepCosts(formed.group(), reduction.bucketBytesMax(), nanoTime);
    }

    /** Goes on in another generation. */
    void enter(Formed next) {
        formed = next;
        costs = costs();
    }

    /** {@return the sum over all virtual ranks, owned by the caller} */
    NodeSum sum(long sequence, Contributions contributions) {
        if (contributions.isDivided() && leaveEarly()) {
            try (DividedStep step = early.end().orElseGet(() -> divide(sequence, contributions))) {
                return step.finish();
            }
        }
        List<NodeSum> mine = contributions.cover(formed.mine());
        List<StepHeader.Node> inputs =
                guardians.map(kept -> kept.describeInputs(formed.mine())).orElse(List.of());
        List<StepHeader> headers = exchange(sequence, StepNodes.describe(plan, mine), inputs);
        guardians.ifPresent(kept -> kept.exchangeInputs(formed, headers));
        HeaderFold fold = new HeaderFold(plan.virtualRanks(), headers);
        try (StepSum sum = reduction.begin(formed.group())) {
            reduction.buckets().forEach(bucket -> sum.start(bucket, fold, mine));
            return sum.finish(fold);
        }
    }

    /**
     * {@return whether buckets go one by one in this group} Where all workers share memory their processors are all
     * there is to do the sums: they would be taken from backward, and what the workers say before each bucket comes on
     * top of it (measured, two workers on two processors: 10 to 20 % of a step of 5 ms).
     */
    private boolean leaveEarly() {
        return !formed.group().sharesMemory();
    }

    private DividedStep divide(long sequence, Contributions contributions) {
        DividedStep.Header header = nodes -> new HeaderFold(plan.virtualRanks(), exchange(sequence, nodes, List.of()));
        return new DividedStep(formed, plan, reduction, header, contributions);
    }

    private List<StepHeader> exchange(long sequence, List<StepHeader.Node> nodes, List<StepHeader.Node> inputs) {
        StepHeader header = new StepHeader(sequence, held.sequence(), nodes, inputs, costs.seen());
        List<StepHeader> headers = Recovery.exchange(formed.group(), header);
        checkSameStep(headers, sequence);
        // Everyone has said that it holds the step before: nobody will ask for it again.
        held.release();
        costs.after(sequence, headers);
        return headers;
    }

    private static void checkSameStep(List<StepHeader> headers, long sequence) {
        for (int rank = 0; rank < headers.size(); rank++) {
            if (headers.get(rank).sequence() != sequence) {
                throw new IllegalStateException(
                        "rank " + rank + " makes reduction " + headers.get(rank).sequence()
                                + " while this worker makes " + sequence
                                + "; every worker of a job must make the same steps and evaluations");
            }
        }
    }

    /** {@return the tensors of each bucket, in the order in which buckets are summed} */
    List<List<Integer>> buckets() {
        return reduction.buckets().stream().map(Bucket::tensors).toList();
    }

    /** Says that a bucket of this worker's virtual ranks is complete; may start its sum. */
    void ready(long sequence, int bucket, Contributions contributions) {
        if (leaveEarly()) {
            early.ready(bucket, () -> divide(sequence, contributions));
        }
    }

    /** {@return where a sum is best written; see {@link NodeRooms#place}} */
    Optional<Value> place(VirtualRanks mine, int tensor, int virtualRank) {
        return reduction.rooms().place(formed.group(), mine, tensor, virtualRank);
    }

    /** Ends what left early; the group must have come to rest. */
    @Override
    public void close() {
        early.close();
    }
}
