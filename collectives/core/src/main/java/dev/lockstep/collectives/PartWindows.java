package dev.lockstep.collectives;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.lockstep.collectives.transport.Hosts;
import dev.lockstep.collectives.transport.Rooms;
import dev.lockstep.collectives.transport.Signature;
import dev.lockstep.collectives.transport.Signature.Kind;
import dev.lockstep.collectives.transport.Transport;
import dev.lockstep.collectives.transport.Window;
import dev.lockstep.collectives.transport.Windows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Gives a sub-group a window of its own where all its ranks share memory: each lays its block into a room, tells the
 * others where, and maps theirs. Where a rank has no space left, all go without.
 */
final class PartWindows {
    /** As much as a round needs where every rank has a processor; a sub-group is one of many. */
    private static final long SLOT_BYTES = 256 << 10;

    private final Windows whole;
    private final List<Integer> ranks;
    private final Duration timeout;

    private PartWindows(Windows whole, List<Integer> ranks, Duration timeout) {
        this.whole = whole;
        this.ranks = ranks;
        this.timeout = timeout;
    }

    /** {@return what makes the window of these ranks of a transport; empty if not all of them share memory} */
    static Optional<PartWindows> of(Transport transport, List<Integer> ranks, Duration timeout) {
        if (transport.windows().isPresent()) {
            return transport.windows().map(whole -> new PartWindows(whole, ranks, timeout));
        }
        return transport.hosts().flatMap(hosts -> near(hosts, ranks, timeout));
    }

    private static Optional<PartWindows> near(Hosts hosts, List<Integer> ranks, Duration timeout) {
        List<Integer> neighbours = hosts.ranks().get(hosts.here());
        return neighbours.containsAll(ranks)
                ? hosts.local()
                        .windows()
                        .map(near -> new PartWindows(
                                near.named(neighbours),
                                ranks.stream().map(neighbours::indexOf).toList(),
                                timeout))
                : Optional.empty();
    }

    /**
     * {@return the window; empty if a rank had no space for it} All ranks of the sub-group call it; waits for them.
     *
     * @param group the number of the sub-group
     * @param rank this rank in it
     * @param messages connects its ranks
     */
    Optional<Windows> share(long group, int rank, MessageRunner messages) {
        Rooms rooms = whole.rooms().part(group, ranks);
        long blockBytes = Window.blockBytes(SLOT_BYTES);
        MemorySegment mine = rooms.allocate(blockBytes);
        List<Long> places = exchange(messages, rooms.place(mine));
        if (places.contains(Rooms.NOWHERE)) {
            return Optional.empty();
        }
        List<MemorySegment> blocks = new ArrayList<>();
        for (int peer = 0; peer < places.size(); peer++) {
            blocks.add(peer == rank ? mine : rooms.view(peer, places.get(peer), blockBytes));
        }
        exchange(messages, Rooms.NOWHERE); // Now all have mapped all.
        rooms.settle(rooms.place(mine));
        return Optional.of(whole.part(new Window(rank, blocks, SLOT_BYTES), rooms, ranks));
    }

    private List<Long> exchange(MessageRunner messages, long place) {
        MemorySegment mine = Arena.ofAuto().allocateFrom(JAVA_LONG, place);
        GatherWork work = messages.allGather(Signature.ofBytes(Kind.ALL_GATHER, -1, 0), mine);
        work.await(timeout);
        return work.parts().stream().map(part -> part.get(JAVA_LONG, 0)).toList();
    }
}
