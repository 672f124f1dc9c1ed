package dev.lockstep.collectives.shared;

import dev.lockstep.collectives.transport.Rooms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

/**
 * Rooms as files beside a rank's segment: written in full before they are mapped, mapped by the others when they first
 * read them, and without a name once all have. They live as long as anybody can reach them, also when their transport
 * has ended: what lies in them may be used in the next generation. Thread-safe.
 */
final class SegmentRooms implements Rooms.Source {
    private final SegmentFiles files;
    private final SharedSegment.Owner owner;
    private final Arena arena = Arena.ofAuto();
    private final long group;
    private final List<Integer> ranks;
    private final Set<Integer> named = ConcurrentHashMap.newKeySet();
    private final List<SegmentRooms> parts = new CopyOnWriteArrayList<>();

    /** Makes the source of a rank's rooms. */
    SegmentRooms(SegmentFiles files, SharedSegment.Owner owner, int size) {
        this(files, owner, 0, IntStream.range(0, size).boxed().toList());
    }

    private SegmentRooms(SegmentFiles files, SharedSegment.Owner owner, long group, List<Integer> ranks) {
        this.files = files;
        this.owner = owner;
        this.group = group;
        this.ranks = ranks;
    }

    private String name(int number) {
        return group + "." + number;
    }

    @Override
    public Optional<MemorySegment> make(int number, long sizeBytes) {
        Optional<MemorySegment> room = files.createRoom(owner, name(number), sizeBytes, arena);
        if (room.isPresent()) {
            named.add(number);
        }
        return room;
    }

    @Override
    public MemorySegment open(int peer, int number) {
        try {
            return files.openRoom(owner.ofPeer(ranks.get(peer)), name(number), arena);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot map room " + number + " of rank " + peer, e);
        }
    }

    @Override
    public void settle(int number) {
        if (named.remove(number)) {
            files.removeRoom(owner, name(number));
        }
    }

    @Override
    public Rooms.Source part(long number, List<Integer> ofThese) {
        List<Integer> members = ofThese.stream().map(ranks::get).toList();
        SegmentRooms part = new SegmentRooms(files, owner, number, members);
        parts.add(part);
        return part;
    }

    /** Takes the names from rooms that not everyone has opened. */
    void removeNames() {
        named.forEach(this::settle);
        parts.forEach(SegmentRooms::removeNames);
    }
}
