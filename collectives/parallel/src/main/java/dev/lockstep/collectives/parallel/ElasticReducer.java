package dev.lockstep.collectives.parallel;

import dev.lockstep.backend.Value;
import dev.lockstep.collectives.CollectiveException;
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
    private Optional<RankStates> states = Optional.empty();
    private @Nullable Session session;

    /** What is fixed at {@link #open}, and how far this worker is in the generation in force. */
    private static final class Session {
        private final Generations generations;
        private final ElasticSums sums;
        private final Recovery recovery;
        private final Optional<Guardians> guardians;
        private boolean agreed;
        private boolean settled;
        private VirtualRanks told;

        Session(Generations generations, ElasticSums sums, Recovery recovery, Optional<Guardians> guardians) {
            this.generations = generations;
            this.sums = sums;
            this.recovery = recovery;
            this.guardians = guardians;
            this.told = formed().mine();
        }

        private Formed formed() {
            return generations.formed();
        }

        private boolean isTold() {
            return formed().mine().equals(told);
        }

        /** Begins anew in the generation that has come into force. */
        private void enter() {
            sums.enter(formed());
            agreed = false;
            settled = guardians.isEmpty();
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
        Optional<Guardians> guardians = states.map(kept -> new Guardians(plan, pool, kept));
        Generations generations = new Generations(source);
        ElasticSums.Setup setup = new ElasticSums.Setup(plan, reduction, nanoTime);
        ElasticSums sums = new ElasticSums(setup, guardians, held, generations.formed());
        Session opened = new Session(generations, sums, new Recovery(plan, pool), guardians);
        session = opened;
        return opened.told;
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
            open.told = open.formed().mine(); // Before, the states of these virtual ranks are not all here.
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
                open.generations.replace(failure, sequence);
                open.enter();
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
        if (!open.isTold()) {
            open.told = open.formed().mine();
            return Optional.of(new Outcome.Reassigned(open.told));
        }
        return Optional.of(hold(sequence, open.sums.sum(sequence, contributions)));
    }

    @Override
    public List<List<Integer>> buckets() {
        return session().sums.buckets();
    }

    @Override
    public Optional<Value> place(int tensor, int virtualRank) {
        Session open = session();
        return open.sums.place(open.told, tensor, virtualRank);
    }

    @Override
    public void ready(long sequence, int bucket, Contributions contributions) {
        Session open = session();
        if (open.agreed && open.settled && open.isTold()) {
            open.sums.ready(sequence, bucket, contributions);
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
        Optional<NodeSum> fetched = open.recovery.agree(open.formed().group(), held);
        open.agreed = true;
        return fetched;
    }

    /** Moves states once a generation, when all members hold the same sum. */
    private static void settle(Session open) {
        if (!open.settled) {
            open.guardians.ifPresent(kept -> kept.settle(open.formed()));
            open.settled = true;
        }
    }

    @Override
    public void complete(String weightsSha256) {
        Session open = session();
        source.done(held.sequence(), weightsSha256);
        do {
            try {
                if (agree(open).isPresent()) {
                    throw new IllegalStateException("this worker was done with reduction " + held.sequence()
                            + " while another holds a later one; every worker of a job must make the same steps");
                }
            } catch (CollectiveException failure) {
                open.generations.giveUp(failure, held.sequence());
            }
        } while (isNeeded(open));
    }

    /** {@return whether another worker needs help in a new generation, which is entered; else the job is complete} */
    private static boolean isNeeded(Session open) {
        boolean needed = open.generations.awaitNext();
        if (needed) {
            open.enter();
        }
        return needed;
    }

    @Override
    public boolean isLeader() {
        return session().formed().group().rank() == 0;
    }

    @Override
    public long generation() {
        return session().formed().generation();
    }

    @Override
    public void close() {
        Session open = session;
        session = null;
        held.close();
        if (open != null) {
            open.generations.close();
            open.sums.close();
        }
        source.close();
    }
}
