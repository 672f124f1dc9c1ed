package dev.lockstep.collectives.algorithm;

import dev.lockstep.collectives.GroupOptions;
import dev.lockstep.collectives.MismatchException;
import dev.lockstep.collectives.ReduceKernel;
import dev.lockstep.collectives.transport.Envelope;
import dev.lockstep.collectives.transport.PendingWork;
import dev.lockstep.collectives.transport.Signature;
import dev.lockstep.collectives.transport.Tag;
import dev.lockstep.collectives.transport.Transport;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongFunction;

/**
 * What one collective sees of its group: messages under its own sequence number and signature, waits with the group's
 * bounds, scratch memory. Confined to the thread that runs the collective.
 */
public final class Exchange {
    private final Means means;
    private final Transport transport;
    private final CostModel costs;
    private final long sequence;
    private final Signature signature;
    private final List<PendingWork> sends = new ArrayList<>();
    private final List<MemorySegment> taken = new ArrayList<>();
    private long bytesSent;

    /** What all collectives of a group have in common. Thread-safe. */
    public static final class Means {
        private final Transport transport;
        private final GroupOptions options;
        private final Scratch scratch = new Scratch();
        private final Pacing pacing;
        private final SumShape overRanks;
        private final int[] peers;

        /** Cuts big sums up as usual. */
        public Means(Transport transport, GroupOptions options) {
            this(transport, options, Pacing.DEFAULT);
        }

        /**
         * Makes means.
         *
         * @param transport moves the messages
         * @param options the bounds
         * @param pacing how big sums are cut up
         */
        public Means(Transport transport, GroupOptions options, Pacing pacing) {
            this.transport = transport;
            this.options = options;
            this.pacing = pacing;
            this.overRanks = SumShape.overRanks(transport.size());
            this.peers = new int[transport.size() - 1];
            Arrays.setAll(peers, i -> (transport.rank() + 1 + i) % transport.size());
        }
    }

    /**
     * Opens the exchange of one collective.
     *
     * @param costs what algorithms are chosen by, the same on every rank
     */
    public Exchange(Means means, CostModel costs, long sequence, Signature signature) {
        this.means = means;
        this.transport = means.transport;
        this.costs = costs;
        this.sequence = sequence;
        this.signature = signature;
    }

    int rank() {
        return transport.rank();
    }

    int size() {
        return transport.size();
    }

    /** {@return the other ranks, beginning with the right neighbour, so that not all begin with the same one} */
    int[] peers() {
        return means.peers;
    }

    Pacing pacing() {
        return means.pacing;
    }

    CostModel costs() {
        return costs;
    }

    ReduceKernel kernel() {
        return means.options.kernel();
    }

    /** {@return how the elements of this collective are combined} */
    Combiner combiner() {
        return new Combiner(signature.dtype(), signature.op(), means.options.kernel());
    }

    Signature signature() {
        return signature;
    }

    /** {@return who does what, for messages} */
    @Override
    public String toString() {
        return "rank " + rank() + " of " + size() + ", generation " + transport.generation() + ", #" + sequence + " "
                + signature;
    }

    void send(int peer, int phase, int part, MemorySegment data) {
        bytesSent += data.byteSize();
        sends.add(transport.send(peer, envelope(phase, part), data));
    }

    PendingWork receive(int peer, int phase, int part, MemorySegment into) {
        return receive(peer, phase, part, sizeBytes -> {
            if (sizeBytes != into.byteSize()) {
                throw new MismatchException(
                        "rank " + peer + " sent " + sizeBytes + " bytes where " + into.byteSize() + " were expected");
            }
            return into;
        });
    }

    PendingWork receive(int peer, int phase, int part, LongFunction<MemorySegment> target) {
        return transport.receive(peer, envelope(phase, part), target);
    }

    private Envelope envelope(int phase, int part) {
        return new Envelope(new Tag(0, sequence, phase, part), signature);
    }

    void await(List<PendingWork> works) {
        for (PendingWork work : works) {
            await(work);
        }
    }

    void await(PendingWork work) {
        if (work.isDone()) {
            work.await(Duration.ZERO);
            return;
        }
        GroupOptions options = means.options;
        Duration stallAfter = options.stallAfter();
        if (!work.awaitEnd(stallAfter)) {
            options.onStall().accept(this + " has waited " + stallAfter.toMillis() + " ms for " + work);
        }
        work.await(options.timeout().minus(stallAfter));
    }

    /** {@return the order of a reduction over ranks, in which each rank is one leaf} */
    SumShape overRanks() {
        return means.overRanks.of(signature.dtype(), signature.elements());
    }

    Scratch scratch() {
        return means.scratch;
    }

    MemorySegment scratch(long sizeBytes) {
        MemorySegment memory = means.scratch.take(sizeBytes);
        taken.add(memory);
        return memory.asSlice(0, sizeBytes);
    }

    /** {@return how many bytes were handed to the transport} */
    public long bytesSent() {
        return bytesSent;
    }

    /** Waits until everything sent has left, and gives the scratch memory back. Only after a good end. */
    public void finish() {
        await(sends);
        taken.forEach(means.scratch::give);
    }
}
