package dev.lockstep.collectives.algorithm;

import dev.lockstep.collectives.ReduceKernel;
import dev.lockstep.collectives.TreeSum;
import dev.lockstep.collectives.transport.Rooms;
import dev.lockstep.collectives.transport.Signature;
import dev.lockstep.collectives.transport.Windows;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Makes the collectives of a group whose ranks share memory, each as rounds over a window. Thread-safe. */
public final class WindowCollectives {
    private final WindowPlan plan;
    private final Rooms rooms;
    private final ReduceKernel kernel;
    private final Scratch scratch = new Scratch();
    private final SumShape overRanks;
    private final OneRoundReduces small;
    private final Rounds barrier;

    /** Makes the collectives of one group. */
    public WindowCollectives(Windows windows, ReduceKernel kernel) {
        this.plan = WindowPlan.of(windows);
        this.rooms = windows.rooms();
        this.kernel = kernel;
        this.overRanks = SumShape.overRanks(windows.size());
        this.small = new OneRoundReduces(call ->
                fold(overRanks.of(call.dtype(), call.elements()), new Combiner(call.dtype(), call.op(), kernel)));
        this.barrier = new WindowBroadcast(MemorySegment.NULL, 0, plan.roundBytes());
    }

    /** Rounds that in the end have gathered something. */
    public interface Gathering extends Rounds {
        /** {@return what each rank gave, by rank, after the last round} */
        List<MemorySegment> parts();
    }

    /** {@return the rounds of a sum over virtual ranks; every rank gets the whole} */
    public Rounds allReduce(Signature call, TreeSum tree, List<MemorySegment> partials, MemorySegment out) {
        return allReduce(call, new Bucket(SumShape.of(tree), partials, out));
    }

    /** {@return the rounds of a reduction over ranks; every rank gets the whole} */
    public Rounds allReduce(Signature call, MemorySegment in, MemorySegment out) {
        return plan.isOneRound(out.byteSize()) ? small.take(call, in, out) : allReduce(call, overRanks(call, in, out));
    }

    private Rounds allReduce(Signature call, Bucket bucket) {
        BucketFold fold = fold(call, bucket);
        if (!plan.isWorthLocating(bucket.out().byteSize())) {
            return throughSlots(bucket, fold);
        }
        return new SharedReduce(bucket, fold, rooms, plan, () -> throughSlots(bucket, fold));
    }

    private Rounds throughSlots(Bucket bucket, BucketFold fold) {
        return plan.isDirect(bucket.out().byteSize())
                ? new DirectReduce(bucket, fold, plan.roundBytes(), DirectReduce.ALL)
                : new DividedReduce(bucket, fold, Division.of(bucket.shape(), plan.roundBytes(), false));
    }

    /** {@return the rounds of a reduction over ranks; every rank gets its block} */
    public Rounds reduceScatter(Signature call, MemorySegment in, MemorySegment out) {
        Bucket bucket = overRanks(call, in, out);
        return new DividedReduce(bucket, fold(call, bucket), Division.of(bucket.shape(), plan.roundBytes(), true));
    }

    /** {@return the rounds of a reduction over ranks; the root gets the whole} */
    public Rounds reduce(Signature call, MemorySegment in, MemorySegment out, int root) {
        Bucket bucket = overRanks(call, in, out);
        return new DirectReduce(bucket, fold(call, bucket), plan.roundBytes(), root);
    }

    private Bucket overRanks(Signature call, MemorySegment in, MemorySegment out) {
        return new Bucket(overRanks.of(call.dtype(), call.elements()), List.of(in), out);
    }

    private BucketFold fold(Signature call, Bucket bucket) {
        return fold(bucket.shape(), new Combiner(call.dtype(), call.op(), kernel));
    }

    private BucketFold fold(SumShape shape, Combiner combiner) {
        return new BucketFold(shape, combiner, scratch);
    }

    /** {@return the rounds that give every rank's bytes to every rank} */
    public Gathering allGather(MemorySegment mine) {
        return new WindowGather(mine, plan.size(), plan.roundBytes());
    }

    /** {@return the rounds that give every rank's bytes to every rank, all of one length} */
    public Rounds allGather(MemorySegment mine, MemorySegment out) {
        return new WindowGather(mine, Blocks.divide(out, plan.size()), plan.roundBytes());
    }

    /**
     * {@return the rounds that give blocks from rank to rank}
     *
     * @param toOne whether every rank gives one block at most
     */
    public Rounds exchange(Blocks blocks, boolean toOne) {
        return new WindowExchange(blocks, toOne, plan.roundBytes());
    }

    /** {@return the rounds that copy the root's bytes to all} */
    public Rounds broadcast(MemorySegment data, int root) {
        return new WindowBroadcast(data, root, plan.roundBytes());
    }

    /** {@return one round without data} It keeps nothing, so there is one for all calls. */
    public Rounds barrier() {
        return barrier;
    }
}
