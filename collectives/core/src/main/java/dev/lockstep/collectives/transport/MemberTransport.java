package dev.lockstep.collectives.transport;

import java.util.List;

/** A transport that knows the members of its generation by their addresses. */
public abstract class MemberTransport implements Transport {
    private final long generation;
    private final int rank;
    private final List<String> addresses;

    /**
     * Says who the members are.
     *
     * @param addresses where each is reached, by rank
     */
    protected MemberTransport(long generation, int rank, List<String> addresses) {
        this.generation = generation;
        this.rank = rank;
        this.addresses = List.copyOf(addresses);
    }

    @Override
    public final int rank() {
        return rank;
    }

    @Override
    public final int size() {
        return addresses.size();
    }

    @Override
    public final long generation() {
        return generation;
    }

    @Override
    public final String address(int peer) {
        return addresses.get(peer);
    }
}
