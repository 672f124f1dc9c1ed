package dev.lockstep.collectives;

import dev.lockstep.layout.DType;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;

/**
 * The workers of one generation, seen by one of them. Ranks call the same collectives in the same order; each returns
 * at once, and several may be under way. All segments are native, contiguous, aligned to their elements, accessible
 * from any thread, and belong to the operation until its {@link Work} is done. Inputs and outputs do not overlap; an
 * output is whole or the work failed. Sums over ranks are made in the canonical tree, so that their bits depend on
 * values and size only. One failure fails the whole group. Collectives are called from one thread; {@link #abort} from
 * any.
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

    /**
     * Reduces element by element over ranks; every rank gets the result.
     *
     * @param dtype F32, F64, I32 or I64
     */
    Work allReduce(MemorySegment in, MemorySegment out, DType dtype, ReduceOp op);

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

    /** Gives every rank's bytes to every rank; lengths may differ. */
    GatherWork allGather(MemorySegment mine);

    /** Copies {@code data} of {@code root} into {@code data} of the others; lengths must agree. */
    Work broadcast(MemorySegment data, int root);

    /** Sends bytes to one rank. Sends of the same peer and tag arrive in their order. */
    Work send(MemorySegment data, int peer, int tag);

    /** Receives bytes that {@code peer} sent under {@code tag}; lengths must agree. */
    Work receive(MemorySegment data, int peer, int tag);

    /** Ends when every rank has called it. */
    Work barrier();

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
