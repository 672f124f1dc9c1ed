package dev.lockstep.collectives.parallel;

import dev.lockstep.device.MemoryPool;
import dev.lockstep.device.Storage;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** The flat memory of one reduction. Freed together, once no operation touches it any more. Confined to one thread. */
final class StepBuffers implements AutoCloseable {
    private final MemoryPool pool;
    private final List<Storage> storages = new ArrayList<>();

    StepBuffers(MemoryPool pool) {
        this.pool = pool;
    }

    /** Allocates; the storage is released when this is closed, unless retained by someone else. */
    Storage allocate(long sizeBytes) {
        Storage storage = pool.allocate(sizeBytes);
        storages.add(storage);
        return storage;
    }

    /** {@return exactly {@code sizeBytes} of a storage's memory} */
    static MemorySegment bytes(Storage storage, long sizeBytes) {
        return storage.segment().asSlice(0, sizeBytes);
    }

    /** Lets the memory go to waste: an operation may still write into it. */
    void abandon() {
        storages.clear();
    }

    @Override
    public void close() {
        storages.forEach(Storage::release);
        storages.clear();
    }
}
