package dev.lockstep.collectives.transport;

import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.collectives.GroupAbortedException;
import dev.lockstep.collectives.PeerLostException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Connects ranks that are threads of one process. A send copies into the receiver's memory before it returns. */
public final class InProcessTransport extends MemberTransport {
    private static final long SLOT_BYTES = 1 << 20;
    private static final long BLOCK_ALIGNMENT_BYTES = 128;
    private static final long ROOM_ALIGNMENT_BYTES = 4096;

    private final List<InProcessTransport> all;
    private final int rank;
    private final Mailbox mailbox;
    private final AtomicReference<@Nullable CollectiveException> ended = new AtomicReference<>();

    private final @Nullable Window window;
    private final Map<RoomName, MemorySegment> ownRooms = new ConcurrentHashMap<>();
    private final Rooms rooms;
    private final LongSupplier nanoTime;

    /** A room among those of one rank; group 0 is that of all ranks. */
    private record RoomName(long group, int number) {}

    /** All memory of a process is in everyone's reach. */
    private final class OwnRooms implements Rooms.Source {
        private final long group;
        private final List<Integer> ranks;

        OwnRooms(long group, List<Integer> ranks) {
            this.group = group;
            this.ranks = ranks;
        }

        @Override
        public Optional<MemorySegment> make(int number, long sizeBytes) {
            MemorySegment room = Arena.ofAuto().allocate(sizeBytes, ROOM_ALIGNMENT_BYTES);
            ownRooms.put(new RoomName(group, number), room);
            return Optional.of(room);
        }

        @Override
        public MemorySegment open(int peer, int number) {
            MemorySegment room = all.get(ranks.get(peer)).ownRooms.get(new RoomName(group, number));
            if (room == null) {
                throw new IllegalStateException("rank " + peer + " has no room " + number);
            }
            return room.asReadOnly();
        }

        @Override
        public void settle(int number) {
            ownRooms.remove(new RoomName(group, number));
        }

        @Override
        public Rooms.Source part(long number, List<Integer> ofThese) {
            return new OwnRooms(number, ofThese.stream().map(ranks::get).toList());
        }
    }

    private InProcessTransport(
            List<InProcessTransport> all,
            int rank,
            long generation,
            List<MemorySegment> blocks,
            LongSupplier nanoTime) {
        super(generation, rank, threads(blocks.size()));
        this.all = all;
        this.rank = rank;
        this.window = blocks.getFirst().byteSize() == 0 ? null : new Window(rank, blocks, SLOT_BYTES);
        this.nanoTime = nanoTime;
        this.rooms = new Rooms(
                new OwnRooms(0, IntStream.range(0, blocks.size()).boxed().toList()));
        this.mailbox = new Mailbox(blocks.size(), Long.MAX_VALUE, _ -> {});
    }

    private static List<String> threads(int size) {
        return IntStream.range(0, size).mapToObj(rank -> "thread " + rank).toList();
    }

    /** Makes the connected transports of {@code size} ranks, which have messages only. */
    public static List<Transport> connect(int size, long generation) {
        return connect(generation, Collections.nCopies(size, MemorySegment.NULL), () -> 0);
    }

    /**
     * Makes the connected transports of {@code size} ranks, whose collectives run in shared memory.
     *
     * @param nanoTime a monotonic clock
     */
    public static List<Transport> connectShared(int size, long generation, LongSupplier nanoTime) {
        List<MemorySegment> blocks = Stream.generate(
                        () -> Arena.ofAuto().allocate(Window.blockBytes(SLOT_BYTES), BLOCK_ALIGNMENT_BYTES))
                .limit(size)
                .toList();
        return connect(generation, blocks, nanoTime);
    }

    private static List<Transport> connect(long generation, List<MemorySegment> blocks, LongSupplier nanoTime) {
        List<InProcessTransport> all = new ArrayList<>();
        for (int rank = 0; rank < blocks.size(); rank++) {
            all.add(new InProcessTransport(all, rank, generation, blocks, nanoTime));
        }
        return List.copyOf(all);
    }

    @Override
    public Optional<Windows> windows() {
        int cores = Runtime.getRuntime().availableProcessors();
        return Optional.ofNullable(window)
                .map(shared ->
                        new Windows(shared, rooms, peer -> all.get(peer).ended.get(), cores, nanoTime));
    }

    @Override
    public PendingWork send(int peer, Envelope envelope, MemorySegment data) {
        PendingWork work = new PendingWork("a message to rank " + peer);
        CollectiveException reason = failure(peer);
        if (reason != null) {
            work.fail(reason);
            return work;
        }
        Arrival arrival = all.get(peer).mailbox.begin(rank, envelope, data.byteSize());
        arrival.write(0, data);
        arrival.finish();
        work.complete();
        return work;
    }

    private @Nullable CollectiveException failure(int peer) {
        CollectiveException mine = ended.get();
        if (mine != null) {
            return mine;
        }
        CollectiveException theirs = all.get(peer).ended.get();
        return theirs == null ? null : farewell(peer, theirs);
    }

    private PeerLostException farewell(int peer, CollectiveException reason) {
        return PeerLostException.passedOn(peer, address(peer), reason);
    }

    @Override
    public PendingWork receive(int peer, Envelope envelope, LongFunction<MemorySegment> target) {
        return mailbox.receive(peer, envelope, target);
    }

    @Override
    public boolean abort(CollectiveException reason) {
        if (ended.compareAndSet(null, reason)) {
            mailbox.close(reason);
            for (InProcessTransport peer : all) {
                peer.mailbox.lose(rank, peer.farewell(rank, reason));
            }
        }
        return true;
    }

    @Override
    public void close() {
        abort(new GroupAbortedException("rank " + rank + " closed generation " + generation()));
    }
}
