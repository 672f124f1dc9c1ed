package dev.lockstep.collectives.transport;

import dev.lockstep.collectives.CollectiveException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;

/**
 * Some ranks of a transport, numbered anew, with a message space of their own. It has no connections of its own:
 * closing it does nothing, and aborting it aborts the transport it is part of.
 */
public final class SubTransport implements Transport {
    private final Transport whole;
    private final List<Integer> ranks;
    private final long group;
    private final int rank;
    private final Optional<Windows> windows;

    private SubTransport(Transport whole, List<Integer> ranks, long group, Optional<Windows> windows) {
        this.whole = whole;
        this.ranks = List.copyOf(ranks);
        this.group = group;
        this.rank = this.ranks.indexOf(whole.rank());
        this.windows = windows;
    }

    /**
     * Makes the transport of some ranks.
     *
     * @param of the transport they are part of; may itself be such a part
     * @param ranks the ranks, by their new numbers; this rank among them
     * @param group the number of the message space, other than 0 and that of any part that shares two ranks
     */
    public static SubTransport of(Transport of, List<Integer> ranks, long group) {
        if (!ranks.contains(of.rank())) {
            throw new IllegalArgumentException("rank " + of.rank() + " is not one of " + ranks);
        }
        return of instanceof SubTransport part
                ? new SubTransport(
                        part.whole, ranks.stream().map(part.ranks::get).toList(), group, Optional.empty())
                : new SubTransport(of, ranks, group, Optional.empty());
    }

    /** {@return the same ranks in the same message space, which share memory besides} */
    public SubTransport sharing(Windows shared) {
        return new SubTransport(whole, ranks, group, Optional.of(shared));
    }

    /** {@return the number of its message space} */
    public long group() {
        return group;
    }

    @Override
    public Optional<Windows> windows() {
        return windows;
    }

    @Override
    public int rank() {
        return rank;
    }

    @Override
    public int size() {
        return ranks.size();
    }

    @Override
    public long generation() {
        return whole.generation();
    }

    @Override
    public String address(int peer) {
        return whole.address(ranks.get(peer));
    }

    private Envelope own(Envelope envelope) {
        Tag tag = envelope.tag();
        return new Envelope(new Tag(group, tag.sequence(), tag.phase(), tag.part()), envelope.signature());
    }

    @Override
    public PendingWork send(int peer, Envelope envelope, MemorySegment data) {
        return whole.send(ranks.get(peer), own(envelope), data);
    }

    @Override
    public PendingWork receive(int peer, Envelope envelope, LongFunction<MemorySegment> target) {
        return whole.receive(ranks.get(peer), own(envelope), target);
    }

    @Override
    public boolean abort(CollectiveException reason) {
        return whole.abort(reason);
    }

    @Override
    public void close() {
        // The connections belong to the whole.
    }
}
