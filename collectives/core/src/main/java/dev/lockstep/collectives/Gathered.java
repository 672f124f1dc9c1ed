package dev.lockstep.collectives;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** A work together with the parts it gathers. */
final class Gathered implements GatherWork {
    private final Work work;
    private final Supplier<List<MemorySegment>> parts;

    /** Takes a work that makes {@code parts} ready before it ends well. */
    Gathered(Work work, Supplier<List<MemorySegment>> parts) {
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
