package dev.lockstep.collectives.parallel;

import dev.lockstep.backend.Value;
import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.collectives.GroupAbortedException;
import dev.lockstep.collectives.MismatchException;
import dev.lockstep.collectives.parallel.Formation.Complete;
import dev.lockstep.collectives.parallel.Formation.Formed;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.layout.VirtualRanks;
import dev.lockstep.train.GradientReducer;
import dev.lockstep.train.NodeSum;
import dev.lockstep.train.RankStates;
import dev.lockstep.train.ReductionPlan;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reduces steps over workers that may be lost: roll forward, never back. A step is held once its whole sum is here;
 * until then nothing is changed. When the members change, the group is replaced, the members agree on the newest step
 * that anyone holds, those that lack it fetch it, and the step under way is done again from the sums at hand. Confined
 * to the trainer's thread.
 */
public final class ElasticReducer implements GradientReducer {
    private final GroupSource source;
    private final MemoryPool pool;
    private final BucketSizes sizes;
    private final LongSupplier nanoTime;
    private final HeldResult held = new HeldResult();
    private final EarlyBuckets early = new EarlyBuckets();
    private Optional<RankStates> states = Optional.empty();
    private @Nullable Session session;

    /** What is fixed at {@link #open}, and the generation in force. */
    private static final class Session {
        private final ReductionPlan plan;
        private final StepReduction reduction;
        private final Recovery recovery;
        private final Optional<Guardians> guardians;
        private Formed formed;
        private StepCosts costs;
        private boolean agreed;
        private boolean settled;
        private VirtualRanks told;

        Session(
                ReductionPlan plan,
                StepReduction reduction,
                Optional<RankStates> states,
                Formed formed,
                StepCosts costs) {
            this.plan = plan;
            this.reduction = reduction;
            this.recovery = new Recovery(plan, reduction.pool());
            this.guardians = states.map(kept -> new Guardians(plan, reduction.pool(), kept));
            this.formed = formed;
            this.costs = costs;
            this.told = formed.mine();
        }
    }

    /**
     * Makes a reducer that takes its groups from {@code source} and the memory of results from {@code pool}.
     *
     * @param nanoTime a monotonic clock, by which it learns what messages cost
     */
    public ElasticReducer(GroupSource source, MemoryPool pool, LongSupplier nanoTime) {
        this(source, pool, nanoTime, BucketSizes.DEFAULT);
    }

    /** Makes a reducer with buckets of other sizes, the same on all workers. */
    public ElasticReducer(GroupSource source, MemoryPool pool, LongSupplier nanoTime, BucketSizes sizes) {
        this.source = source;
        this.pool = pool;
        this.nanoTime = nanoTime;
        this.sizes = sizes;
    }

    @Override
    public void keep(RankStates kept) {
        states = Optional.of(kept);
    }

    @Override
    public VirtualRanks open(ReductionPlan plan) {
        if (session != null) {
            throw new IllegalStateException("the reducer is open already; a job has one trainer");
        }
        source.announce(plan, PlanDigest.of(plan));
        StepReduction reduction = new StepReduction(plan, sizes, pool);
        Formed formed = formed(source.await(0));
        Session opened = new Session(plan, reduction, states, formed, costs(formed, reduction));
        session = opened;
        watch(opened.formed);
        return opened.told;
    }

    private StepCosts costs(Formed formed, StepReduction reduction) {
        return new StepCosts(formed.group(), reduction.bucketBytesMax(), nanoTime);
    }

    private Session session() {
        Session open = session;
        if (open == null) {
            throw new IllegalStateException("the reducer was not opened, or was closed");
        }
        return open;
    }

    @Override
    public VirtualRanks assigned() {
        Session open = session();
        if (open.settled) {
            open.told = open.formed.mine(); // Before, the states of these virtual ranks are not all here.
        }
        return open.told;
    }

    @Override
    public Outcome reduce(long sequence, Contributions contributions) {
        Session open = session();
        if (sequence != held.sequence() + 1) {
            throw new IllegalStateException("reduction " + sequence + " does not follow " + held.sequence());
        }
        while (true) {
            try {
                Optional<Outcome> outcome = attempt(open, sequence, contributions);
                if (outcome.isPresent()) {
                    return outcome.get();
                }
            } catch (CollectiveException failure) {
                replace(open, failure, sequence);
            }
        }
    }

    /** Tries the step in the generation in force. */
    private Optional<Outcome> attempt(Session open, long sequence, Contributions contributions) {
        Optional<NodeSum> fetched = agree(open);
        if (fetched.isPresent()) {
            return Optional.of(hold(sequence, fetched.get()));
        }
        settle(open);
        VirtualRanks mine = open.formed.mine();
        if (!mine.equals(open.told)) {
            open.told = mine;
            return Optional.of(new Outcome.Reassigned(mine));
        }
        return Optional.of(hold(sequence, sum(open, sequence, contributions)));
    }

    private NodeSum sum(Session open, long sequence, Contributions contributions) {
        if (contributions.isDivided() && leaveEarly(open)) {
            try (DividedStep step = early.end().orElseGet(() -> divide(open, sequence, contributions))) {
                return step.finish();
            }
        }
        List<NodeSum> mine = contributions.cover(open.formed.mine());
        List<StepHeader.Node> inputs = open.guardians
                .map(kept -> kept.describeInputs(open.formed.mine()))
                .orElse(List.of());
        List<StepHeader> headers = exchange(open, sequence, StepNodes.describe(open.plan, mine), inputs);
        open.guardians.ifPresent(kept -> kept.exchangeInputs(open.formed, headers));
        HeaderFold fold = new HeaderFold(open.plan.virtualRanks(), headers);
        try (StepSum sum = open.reduction.begin(open.formed.group())) {
            open.reduction.buckets().forEach(bucket -> sum.start(bucket, fold, mine));
            return sum.finish(fold);
        }
    }

    /**
     * {@return whether buckets go one by one in this group} Where all workers share memory their processors are all
     * there is to do the sums: they would be taken from backward, and what the workers say before each bucket comes on
     * top of it (measured, two workers on two processors: 10 to 20 % of a step of 5 ms).
     */
    private static boolean leaveEarly(Session open) {
        return !open.formed.group().sharesMemory();
    }

    private DividedStep divide(Session open, long sequence, Contributions contributions) {
        DividedStep.Header header =
                nodes -> new HeaderFold(open.plan.virtualRanks(), exchange(open, sequence, nodes, List.of()));
        return new DividedStep(open.formed, open.plan, open.reduction, header, contributions);
    }

    private List<StepHeader> exchange(
            Session open, long sequence, List<StepHeader.Node> nodes, List<StepHeader.Node> inputs) {
        StepHeader header = new StepHeader(sequence, held.sequence(), nodes, inputs, open.costs.seen());
        List<StepHeader> headers = Recovery.exchange(open.formed.group(), header);
        checkSameStep(headers, sequence);
        // Everyone has said that it holds the step before: nobody will ask for it again.
        held.release();
        open.costs.after(sequence, headers);
        return headers;
    }

    @Override
    public List<List<Integer>> buckets() {
        return session().reduction.buckets().stream()
                .map(BucketLayout.Bucket::tensors)
                .toList();
    }

    @Override
    public Optional<Value> place(int tensor, int virtualRank) {
        Session open = session();
        return open.reduction.rooms().place(open.formed.group(), open.told, tensor, virtualRank);
    }

    @Override
    public void ready(long sequence, int bucket, Contributions contributions) {
        Session open = session();
        if (open.agreed
                && open.settled
                && leaveEarly(open)
                && open.formed.mine().equals(open.told)) {
            early.ready(bucket, () -> divide(open, sequence, contributions));
        }
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

    private Outcome hold(long sequence, NodeSum total) {
        held.hold(sequence, total);
        return new Outcome.Reduced(total);
    }

    /** Agrees once a generation on the newest step held; returns what this worker lacked. */
    private Optional<NodeSum> agree(Session open) {
        if (open.agreed) {
            return Optional.empty();
        }
        Optional<NodeSum> fetched = open.recovery.agree(open.formed.group(), held);
        open.agreed = true;
        return fetched;
    }

    /** Moves states once a generation, when all members hold the same sum. */
    private static void settle(Session open) {
        if (!open.settled) {
            open.guardians.ifPresent(kept -> kept.settle(open.formed));
            open.settled = true;
        }
    }

    /** Gives the group up and waits for the next generation. */
    private void replace(Session open, CollectiveException failure, long sequence) {
        report(open, failure, sequence);
        next(open, formed(source.await(open.formed.generation())));
    }

    private void report(Session open, CollectiveException failure, long sequence) {
        if (!(failure instanceof GroupAbortedException)) {
            source.report(failure, open.formed.generation(), sequence);
        }
        if (!open.formed.group().abort(failure)) {
            throw new IllegalStateException(
                    "the group of generation " + open.formed.generation()
                            + " does not come to rest; giving the process up",
                    failure);
        }
        if (failure instanceof MismatchException) {
            throw failure;
        }
    }

    private void next(Session open, Formed formed) {
        open.formed = formed;
        open.costs = costs(formed, open.reduction);
        open.agreed = false;
        open.settled = open.guardians.isEmpty();
        watch(formed);
    }

    /** Lets a newer generation end this one's waits at once. */
    private void watch(Formed formed) {
        source.onSuperseded(
                formed.generation(),
                () -> formed.group()
                        .abort(new GroupAbortedException("generation " + formed.generation() + " is superseded")));
    }

    private static Formed formed(Formation formation) {
        return switch (formation) {
            case Formed formed -> formed;
            case Complete(long generation) ->
                throw new IllegalStateException(
                        "the job was completed by generation " + generation + " before this worker's last step");
        };
    }

    @Override
    public void complete(String weightsSha256) {
        Session open = session();
        source.done(held.sequence(), weightsSha256);
        while (true) {
            try {
                if (agree(open).isPresent()) {
                    throw new IllegalStateException("this worker was done with reduction " + held.sequence()
                            + " while another holds a later one; every worker of a job must make the same steps");
                }
            } catch (CollectiveException failure) {
                report(open, failure, held.sequence());
            }
            switch (source.await(open.formed.generation())) {
                case Complete _ -> {
                    return;
                }
                case Formed formed -> next(open, formed);
            }
        }
    }

    @Override
    public boolean isLeader() {
        return session().formed.group().rank() == 0;
    }

    @Override
    public long generation() {
        return session().formed.generation();
    }

    @Override
    public void close() {
        Session open = session;
        session = null;
        held.close();
        if (open != null) {
            open.formed.group().close();
        }
        early.close();
        source.close();
    }
}
