package dev.lockstep.collectives.transport;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Memory of this rank that the others read where it lies, and the memory of theirs: so that what is to be summed need
 * not be copied to a slot. A place is a number by which another rank finds bytes of a room. Thread-safe.
 */
public final class Rooms {
    /** The place of memory that is in no room. */
    public static final long NOWHERE = -1;

    private static final int ALIGNMENT_BYTES = 4096;
    private static final int OFFSET_BITS = 44; // Rooms of up to 16 TiB.

    private final Source source;
    private final List<MemorySegment> own = new ArrayList<>();
    private final TreeMap<Long, Integer> byAddress = new TreeMap<>();
    private final Map<Key, MemorySegment> views = new HashMap<>();

    /** Where rooms come from. Rooms are numbered by their owner, from 0. */
    public interface Source {
        /**
         * {@return a new room of this rank, zeroed, which others can open under its number; empty if there is no space}
         */
        Optional<MemorySegment> make(int number, long sizeBytes);

        /** {@return the room of another rank, to read} */
        MemorySegment open(int peer, int number);

        /** Hears that every rank has opened this rank's room. */
        void settle(int number);

        /**
         * {@return where the rooms of a sub-group come from}
         *
         * @param group the number of the sub-group, the same on all its ranks and no other's
         * @param ranks its ranks, as this source numbers them
         */
        Source part(long group, List<Integer> ranks);
    }

    private record Key(int peer, int number) {}

    /** Makes the rooms of one rank, none at first. */
    public Rooms(Source source) {
        this.source = source;
    }

    /**
     * {@return new memory for the life of the transport, zeroed, aligned to a page; where there is no space, any
     * memory}
     */
    public synchronized MemorySegment allocate(long sizeBytes) {
        Optional<MemorySegment> room = source.make(own.size(), Math.max(1, sizeBytes));
        if (room.isEmpty()) {
            return Arena.ofAuto().allocate(sizeBytes, ALIGNMENT_BYTES);
        }
        byAddress.put(room.get().address(), own.size());
        own.add(room.get());
        return room.get().asSlice(0, sizeBytes);
    }

    /** {@return the rooms of a sub-group, none at first; see {@link Source#part}} */
    public Rooms part(long group, List<Integer> ranks) {
        return new Rooms(source.part(group, ranks));
    }

    /** {@return where others find this memory, or {@link #NOWHERE}} */
    public synchronized long place(MemorySegment data) {
        Entry<Long, Integer> nearest = byAddress.floorEntry(data.address());
        if (nearest == null) {
            return NOWHERE;
        }
        long offset = data.address() - nearest.getKey();
        boolean inside = offset + data.byteSize() <= own.get(nearest.getValue()).byteSize();
        return inside ? ((long) nearest.getValue() << OFFSET_BITS) | offset : NOWHERE;
    }

    /**
     * {@return the memory of another rank at a place that it named}
     *
     * @throws IndexOutOfBoundsException if there are not so many bytes
     */
    public synchronized MemorySegment view(int peer, long place, long sizeBytes) {
        int number = (int) (place >>> OFFSET_BITS);
        MemorySegment room = views.computeIfAbsent(new Key(peer, number), key -> source.open(key.peer, key.number));
        return room.asSlice(place & ((1L << OFFSET_BITS) - 1), sizeBytes);
    }

    /** Says that every rank has seen what lies at a place of this rank. */
    public void settle(long place) {
        source.settle((int) (place >>> OFFSET_BITS));
    }
}
