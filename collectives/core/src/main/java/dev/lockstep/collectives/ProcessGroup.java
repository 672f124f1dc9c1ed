package dev.lockstep.collectives;

import dev.lockstep.collectives.algorithm.CostModel;
import dev.lockstep.layout.DType;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The workers of one generation, seen by one of them. Ranks call the same collectives in the same order; each returns
 * at once, and several may be under way. All segments are native, contiguous, aligned to their elements, accessible
 * from any thread, and belong to the operation until its {@link Work} is done. Inputs and outputs do not overlap; an
 * output is whole or the work failed. Sums over ranks are made in the canonical tree, so that their bits depend on
 * values and size only. One failure fails the whole group, its sub-groups and the group it is part of. Thread-safe; but
 * since ranks call the same in the same order, threads whose calls have no order between them use a sub-group each.
 * Errors name ranks as the whole group counts them.
 */
public interface ProcessGroup extends AutoCloseable {
    /** {@return this worker's place, from 0} */
    int rank();

    /** {@return the number of workers} */
    int size();

    /** {@return the generation this group belongs to} */
    long generation();

    /** {@return how long any single wait inside a collective may last} */
    Duration timeout();

    /** Reduces element by element over ranks in the canonical tree; every rank gets the result. */
    default Work allReduce(MemorySegment in, MemorySegment out, DType dtype, ReduceOp op) {
        return allReduce(in, out, dtype, op, Algorithm.TREE);
    }

    /**
     * Reduces element by element over ranks; every rank gets the same bits. BF16 and F16 are added up in f32 and
     * rounded once by the tree, and after every addition by the others.
     *
     * @param dtype F32, F64, BF16, F16, I32 or I64; a mean is of floats
     * @param algorithm how; ranks that share memory use the tree where they may choose
     */
    Work allReduce(MemorySegment in, MemorySegment out, DType dtype, ReduceOp op, Algorithm algorithm);

    /**
     * Sums a bucket over virtual ranks in the canonical tree; every rank gets the result.
     *
     * @param partials this rank's node sums, one segment for each of its nodes
     * @param bucket the bucket's number, for messages
     */
    Work allReduce(TreeSum tree, List<MemorySegment> partials, MemorySegment out, int bucket);

    /**
     * Reduces {@code in}, made of as many equal blocks as there are ranks, and leaves block {@code rank()} in
     * {@code out}.
     */
    Work reduceScatter(MemorySegment in, MemorySegment out, DType dtype, ReduceOp op);

    /**
     * Reduces element by element over ranks in the canonical tree; the root gets the result.
     *
     * @param out not touched on other ranks, where it may be {@link MemorySegment#NULL}
     */
    Work reduce(MemorySegment in, MemorySegment out, DType dtype, ReduceOp op, int root);

    /** Gives every rank's bytes to every rank; lengths may differ. */
    GatherWork allGather(MemorySegment mine);

    /** Gives every rank's bytes to every rank, one after the other in {@code out}; lengths must agree. */
    Work allGather(MemorySegment mine, MemorySegment out);

    /**
     * Gives every rank's bytes to the root, one after the other in {@code out}; lengths must agree.
     *
     * @param out not touched on other ranks, where it may be {@link MemorySegment#NULL}
     */
    Work gather(MemorySegment mine, MemorySegment out, int root);

    /**
     * Gives each rank its block of the root's bytes; lengths must agree.
     *
     * @param in as many blocks as there are ranks; not read on other ranks, where it may be {@link MemorySegment#NULL}
     */
    Work scatter(MemorySegment in, MemorySegment mine, int root);

    /** Gives block p of {@code in} to rank p, and gets block p of {@code out} from it; all blocks are of one length. */
    Work allToAll(MemorySegment in, MemorySegment out);

    /**
     * Gives {@code in.get(p)} to rank p, and gets {@code out.get(p)} from it; a rank that expects another length than
     * it is given fails.
     */
    Work allToAll(List<MemorySegment> in, List<MemorySegment> out);

    /** Copies {@code data} of {@code root} into {@code data} of the others; lengths must agree. */
    Work broadcast(MemorySegment data, int root);

    /** Sends bytes to one rank. Sends of the same peer and tag arrive in their order. */
    Work send(MemorySegment data, int peer, int tag);

    /** Receives bytes that {@code peer} sent under {@code tag}; lengths must agree. */
    Work receive(MemorySegment data, int peer, int tag);

    /** Ends when every rank has called it. */
    Work barrier();

    /**
     * Makes a group of some of this group's ranks. All ranks of this group call it alike, members or not; waits for
     * them. Its collectives need no order with those of other groups. Closing it after its last operation ends it
     * alone; closing or aborting it earlier ends this group as well, which does not need it closed.
     *
     * @param ranks the members, by their new ranks
     * @return the group, or empty where this rank is no member
     * @throws MismatchException if other ranks gave other members
     */
    Optional<ProcessGroup> newGroup(List<Integer> ranks);

    /**
     * Divides this group: ranks that give the same color come together, ordered by key and then by their rank here. All
     * ranks of this group call it; waits for them. See {@link #newGroup} for the life of the parts.
     *
     * @param color which part this rank goes to; below 0 for none
     * @return this rank's part, or empty without one
     */
    Optional<ProcessGroup> split(int color, int key);

    /**
     * Gives memory that all-reduces of this group read where it lies, as they cannot with other memory, which they
     * copy. It pays for buckets that are used again and again.
     *
     * @return zeroed memory, aligned to a page, for as long as anybody can reach it, also after the group's end; but
     *     after an {@link #abort} another rank may still read it
     */
    MemorySegment allocate(long sizeBytes);

    /**
     * {@return whether all ranks share memory, so that a collective is work of the processors and nothing else} The
     * same on every rank.
     */
    boolean sharesMemory();

    /**
     * Lets the collectives that are called from now on, by this group and the sub-groups made of it later, choose how
     * they go by these costs, where they go as messages. No choice changes the bits of the default algorithm.
     *
     * @param costs the same on every rank, at the same place
     */
    void chooseBy(CostModel costs);

    /** {@return how many bytes of data this rank has handed to others in collectives that have ended} */
    long bytesSent();

    /**
     * Gives the group up: tells the peers why, fails all pending work with {@code reason}, and waits a bounded time
     * until nothing touches the operations' segments any more. Always returns; later calls change nothing.
     *
     * @return whether all is quiet; if not, the segments must not be freed or used again
     */
    boolean abort(CollectiveException reason);

    /** Ends the group after its last operation; pending work fails. Closing twice does nothing. */
    @Override
    void close();
}
