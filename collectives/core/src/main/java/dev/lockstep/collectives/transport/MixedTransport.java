package dev.lockstep.collectives.transport;

import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.collectives.MismatchException;
import dev.lockstep.collectives.PeerLostException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;

/** Two transports in one: shared memory to the ranks of this machine, another one to all others. Owns both. */
public final class MixedTransport implements Transport {
    private final Transport between;
    private final Hosts hosts;
    private final List<Integer> neighbours;
    private final boolean isNear;

    /**
     * Puts two transports together.
     *
     * @param between connects all ranks
     * @param hosts the machines, with the transport of this rank's own
     */
    public MixedTransport(Transport between, Hosts hosts) {
        this.between = between;
        this.hosts = hosts;
        this.neighbours = hosts.ranks().get(hosts.here());
        this.isNear = !(hosts.local() instanceof SubTransport); // Which goes the same way, and only as one group.
        if (neighbours.indexOf(between.rank()) != hosts.local().rank()) {
            throw new IllegalArgumentException("rank " + between.rank() + " is not the "
                    + hosts.local().rank() + "th of the ranks " + neighbours + " of its machine");
        }
    }

    @Override
    public Optional<Hosts> hosts() {
        return Optional.of(hosts);
    }

    @Override
    public int rank() {
        return between.rank();
    }

    @Override
    public int size() {
        return between.size();
    }

    @Override
    public long generation() {
        return between.generation();
    }

    @Override
    public String address(int peer) {
        return between.address(peer);
    }

    @Override
    public PendingWork send(int peer, Envelope envelope, MemorySegment data) {
        int place = isNear ? neighbours.indexOf(peer) : -1;
        return place < 0
                ? between.send(peer, envelope, data)
                : named(hosts.local().send(place, envelope, data));
    }

    @Override
    public PendingWork receive(int peer, Envelope envelope, LongFunction<MemorySegment> target) {
        int place = isNear ? neighbours.indexOf(peer) : -1;
        return place < 0
                ? between.receive(peer, envelope, target)
                : named(hosts.local().receive(place, envelope, target));
    }

    /** {@return a work that ends as one between neighbours does, and calls them by their ranks in the whole} */
    private PendingWork named(PendingWork near) {
        PendingWork work = new PendingWork(
                near.toString(), (self, nanos) -> near.awaitEnd(Duration.ofNanos(nanos)) && self.sleep(nanos));
        near.whenEnded(() -> near.error().map(this::named).ifPresentOrElse(work::fail, work::complete));
        return work;
    }

    private CollectiveException named(CollectiveException reason) {
        if (reason instanceof PeerLostException lost && !(lost.getCause() instanceof PeerLostException)) {
            int peer = neighbours.get(lost.peer());
            return PeerLostException.of(peer, lost.address(), "a neighbour says: " + lost.getMessage(), lost);
        }
        if (reason instanceof MismatchException) {
            return reason.during("among the ranks " + neighbours + ", counted from 0");
        }
        return reason;
    }

    @Override
    public boolean abort(CollectiveException reason) {
        boolean silent = hosts.local().abort(reason);
        return between.abort(reason) && silent;
    }

    @Override
    public void close() {
        hosts.local().close();
        between.close();
    }
}
