package dev.lockstep.collectives.shared;

import dev.lockstep.collectives.FencedException;
import dev.lockstep.collectives.PeerLostException;
import dev.lockstep.collectives.transport.Backoff;
import dev.lockstep.collectives.transport.Transport;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * A worker's door to the memory that it shares with other workers of its machine: it joins one generation after the
 * other, each with segments of its own. Thread-safe.
 */
public final class SharedMemory {
    private final SegmentFiles files;
    private final String job;
    private final long attempt;
    private final int cores;
    private final LongSupplier nanoTime;
    private final AtomicLong fence = new AtomicLong();

    private SharedMemory(SegmentFiles files, String job, long attempt, int cores, LongSupplier nanoTime) {
        this.files = files;
        this.job = job;
        this.attempt = attempt;
        this.cores = cores;
        this.nanoTime = nanoTime;
    }

    /**
     * Opens the door.
     *
     * @param folder where segments are made: {@code /dev/shm}, or a folder for temporary files
     * @param identity whose segments they are
     * @param cores the processors that this process may use
     * @param nanoTime a monotonic clock
     */
    public static SharedMemory open(Path folder, SharedIdentity identity, int cores, LongSupplier nanoTime) {
        String job = identity.key();
        return new SharedMemory(new SegmentFiles(folder, job), job, identity.attempt(), cores, nanoTime);
    }

    /**
     * {@return what tells this memory from that of other machines and containers; workers of equal places can join}
     *
     * @throws IOException if the folder cannot be looked at
     */
    public String place() throws IOException {
        return files.place();
    }

    /** {@return whether there is room for the segments of so many workers, with some to spare} */
    public boolean hasRoomFor(int workers) {
        return files.hasRoom(workers * SegmentLayout.of(workers).totalBytes());
    }

    /** Refuses generations older than this one from now on: joins under way fail with {@link FencedException}. */
    public void fence(long generation) {
        fence.accumulateAndGet(generation, Math::max);
    }

    /**
     * Connects the workers of a generation, who all call this. Fences older generations, and removes what workers that
     * were killed have left of them.
     *
     * @param addresses what workers are called in messages, by rank
     * @param timeout how long all of it may take
     * @return the transport; empty if a worker has no room for its segment, on every rank then
     * @throws FencedException if a newer generation superseded this one
     * @throws PeerLostException naming the first worker that did not come in time
     */
    public Optional<Transport> join(long generation, int rank, List<String> addresses, Duration timeout) {
        fence(generation);
        files.removeOlderThan(generation);
        SharedSegment.Owner owner = new SharedSegment.Owner(job, attempt, generation, rank, cores);
        return new Join(owner, addresses, timeout).run();
    }

    /** Removes every segment of the job that still has a name; for the end of a run. */
    public void sweep() {
        files.removeOlderThan(Long.MAX_VALUE);
    }

    /** One generation being connected. */
    private final class Join {
        private final SharedSegment.Owner owner;
        private final List<String> addresses;
        private final SegmentLayout layout;
        private final long timeoutNanos;
        private final long since = nanoTime.getAsLong();
        private final Arena arena = Arena.ofShared();
        private final List<SharedSegment> segments = new ArrayList<>();

        Join(SharedSegment.Owner owner, List<String> addresses, Duration timeout) {
            this.owner = owner;
            this.addresses = addresses;
            this.layout = SegmentLayout.of(addresses.size());
            this.timeoutNanos = timeout.toNanos();
        }

        Optional<Transport> run() {
            boolean joined = false;
            try {
                joined = connect();
            } finally {
                files.remove(owner);
                if (!joined) {
                    arena.close();
                }
            }
            return joined
                    ? Optional.of(new SharedMemoryTransport(owner, addresses, mapped(), nanoTime))
                    : Optional.empty();
        }

        private SharedMemoryTransport.Mapped mapped() {
            return new SharedMemoryTransport.Mapped(segments, new SegmentRooms(files, owner, addresses.size()), arena);
        }

        private boolean connect() {
            Optional<SharedSegment> own = files.create(owner, layout, arena);
            if (own.isEmpty()) {
                return false;
            }
            for (int peer = 0; peer < addresses.size(); peer++) {
                Optional<SharedSegment> segment = peer == owner.rank() ? own : open(peer);
                if (segment.isEmpty()) {
                    return false;
                }
                segments.add(segment.get());
            }
            own.get().enter(SharedSegment.State.MAPPED);
            for (int peer = 0; peer < addresses.size(); peer++) {
                SharedSegment segment = segments.get(peer);
                await(peer, () -> segment.hasEntered(SharedSegment.State.MAPPED));
            }
            return true;
        }

        private Optional<SharedSegment> open(int peer) {
            SharedSegment.Owner theirs = owner.ofPeer(peer);
            await(peer, () -> files.exists(theirs));
            try {
                return files.isRefused(theirs) ? Optional.empty() : Optional.of(files.open(theirs, layout, arena));
            } catch (IOException broken) {
                String what = "its segment cannot be used: " + broken.getMessage();
                throw PeerLostException.of(peer, addresses.get(peer), what, broken);
            }
        }

        private void await(int peer, BooleanSupplier condition) {
            Backoff backoff = new Backoff(true);
            while (!condition.getAsBoolean()) {
                if (fence.get() > owner.generation()) {
                    throw new FencedException("generation " + owner.generation() + " is superseded by " + fence.get());
                }
                if (nanoTime.getAsLong() - since >= timeoutNanos) {
                    throw PeerLostException.of(
                            peer, addresses.get(peer), "it has not come to share its memory in time", null);
                }
                backoff.pause();
            }
        }
    }
}
