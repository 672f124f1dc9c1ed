package dev.lockstep.collectives;

import dev.lockstep.collectives.algorithm.Blocks;
import dev.lockstep.collectives.transport.Signature;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Runs the collectives of one group, in the order of the calls; arguments have been checked. */
interface CollectiveRunner {
    Work allReduce(Signature call, Algorithm algorithm, MemorySegment in, MemorySegment out);

    Work allReduce(Signature call, TreeSum tree, List<MemorySegment> partials, MemorySegment out);

    Work reduceScatter(Signature call, MemorySegment in, MemorySegment out);

    Work reduce(Signature call, MemorySegment in, MemorySegment out, int root);

    GatherWork allGather(Signature call, MemorySegment mine);

    Work allGather(Signature call, MemorySegment mine, MemorySegment out);

    /**
     * Gives blocks from rank to rank.
     *
     * @param toOne whether every rank gives one block at most
     */
    Work exchange(Signature call, Blocks blocks, boolean toOne);

    Work broadcast(Signature call, MemorySegment data, int root);

    Work barrier(Signature call);

    /** {@return whether everything that was called has ended} */
    boolean isIdle();

    /** {@return how many bytes of data this rank has handed to others in collectives that have ended} */
    long bytesSent();

    /**
     * Fails all pending and later collectives.
     *
     * @return whether this was the first failure
     */
    boolean fail(CollectiveException reason);

    /** {@return whether, within a bound, no collective runs any more; after a failure} */
    boolean awaitQuiet();
}
