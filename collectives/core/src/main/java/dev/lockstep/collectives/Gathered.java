package dev.lockstep.collectives;

import dev.lockstep.collectives.transport.PendingWork;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** A work together with the parts it gathers. */
final class Gathered implements GatherWork {
    private final PendingWork work;
    private final AtomicReference<List<MemorySegment>> parts;

    /** Takes a work that sets {@code parts} before it ends well. */
    Gathered(PendingWork work, AtomicReference<List<MemorySegment>> parts) {
        this.work = work;
        this.parts = parts;
    }

    @Override
    public List<MemorySegment> parts() {
        if (!isDone() || error().isPresent()) {
            throw new IllegalStateException(work + " has not ended well; await it first");
        }
        return parts.get();
    }

    @Override
    public boolean isDone() {
        return work.isDone();
    }

    @Override
    public void await(Duration timeout) {
        work.await(timeout);
    }

    @Override
    public Optional<CollectiveException> error() {
        return work.error();
    }
}
