package dev.lockstep.collectives;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.lockstep.collectives.transport.SubTransport;
import dev.lockstep.collectives.transport.Transport;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Makes the sub-groups of one group. A sub-group's message space is numbered by the numbers of the groups it lies in
 * and its place among theirs, so that ranks need not agree on it.
 */
final class SubGroups {
    private static final int BITS = 16; // Four deep, 65,535 in each.
    private static final int COUNT_MAX = (1 << BITS) - 1;

    private final ProcessGroup group;
    private final Transport transport;
    private final long number;
    private int count;

    /**
     * A sub-group that this rank is part of.
     *
     * @param ranks its ranks, as the group numbers them
     * @param transport connects them
     */
    record Part(List<Integer> ranks, SubTransport transport) {}

    /** One rank's wish. */
    private record Wish(int rank, int color, int key) {}

    SubGroups(ProcessGroup group, Transport transport) {
        this.group = group;
        this.transport = transport;
        this.number = transport instanceof SubTransport part ? part.group() : 0;
    }

    /** {@return the transport of some ranks that all ranks name alike, or empty if this one is none of them} */
    Optional<Part> of(List<Integer> ranks) {
        check(ranks);
        int[] mine = ranks.stream().mapToInt(Integer::intValue).toArray();
        List<int[]> all = exchange(mine);
        for (int rank = 0; rank < all.size(); rank++) {
            if (!Arrays.equals(all.get(rank), mine)) {
                throw new MismatchException("the ranks' programs differ: rank " + rank + " makes a sub-group of "
                        + Arrays.toString(all.get(rank)) + ", this rank of " + ranks);
            }
        }
        return made(ranks);
    }

    private void check(List<Integer> ranks) {
        boolean fits = !ranks.isEmpty() && ranks.stream().distinct().count() == ranks.size();
        if (!fits || !ranks.stream().allMatch(rank -> rank >= 0 && rank < group.size())) {
            throw new IllegalArgumentException(
                    "new_group: " + ranks + " must be different ranks of [0, " + group.size() + ")");
        }
    }

    /** {@return the transport of those who gave this rank's color, or empty if it is below 0} */
    Optional<Part> split(int color, int key) {
        List<int[]> all = exchange(color, key);
        List<Wish> wishes = new ArrayList<>();
        for (int rank = 0; rank < all.size(); rank++) {
            wishes.add(new Wish(rank, all.get(rank)[0], all.get(rank)[1]));
        }
        return made(wishes.stream()
                .filter(wish -> color >= 0 && wish.color == color)
                .sorted(Comparator.comparingInt(Wish::key).thenComparingInt(Wish::rank))
                .map(Wish::rank)
                .toList());
    }

    private List<int[]> exchange(int... mine) {
        MemorySegment data = Arena.ofAuto().allocateFrom(JAVA_INT, mine);
        GatherWork work = group.allGather(data);
        work.await(group.timeout());
        return work.parts().stream().map(part -> part.toArray(JAVA_INT)).toList();
    }

    private Optional<Part> made(List<Integer> ranks) {
        long place = nextNumber();
        return ranks.contains(group.rank())
                ? Optional.of(new Part(ranks, SubTransport.of(transport, ranks, place)))
                : Optional.empty();
    }

    private synchronized long nextNumber() {
        if (count == COUNT_MAX || number >>> (Long.SIZE - BITS) != 0) {
            throw new IllegalStateException("sub-groups: a group has at most " + COUNT_MAX + ", four deep");
        }
        count++;
        return number << BITS | count;
    }
}
