package dev.lockstep.collectives.shared;

import dev.lockstep.collectives.transport.Rooms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Rooms as files beside a rank's segment: written in full before they are mapped, mapped by the others when they first
 * read them, and without a name once all have. Thread-safe.
 */
final class SegmentRooms implements Rooms.Source {
    private final SegmentFiles files;
    private final SharedSegment.Owner owner;
    private final Arena arena;
    private final Set<Integer> named = ConcurrentHashMap.newKeySet();

    /**
     * Makes the source of a rank's rooms.
     *
     * @param arena what all rooms are mapped in
     */
    SegmentRooms(SegmentFiles files, SharedSegment.Owner owner, Arena arena) {
        this.files = files;
        this.owner = owner;
        this.arena = arena;
    }

    @Override
    public Optional<MemorySegment> make(int number, long sizeBytes) {
        Optional<MemorySegment> room = files.createRoom(owner, number, sizeBytes, arena);
        if (room.isPresent()) {
            named.add(number);
        }
        return room;
    }

    @Override
    public MemorySegment open(int peer, int number) {
        try {
            return files.openRoom(owner.ofPeer(peer), number, arena);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot map room " + number + " of rank " + peer, e);
        }
    }

    @Override
    public void settle(int number) {
        if (named.remove(number)) {
            files.removeRoom(owner, number);
        }
    }

    /** Takes the names from rooms that not everyone has opened. */
    void removeNames() {
        named.forEach(this::settle);
    }
}
