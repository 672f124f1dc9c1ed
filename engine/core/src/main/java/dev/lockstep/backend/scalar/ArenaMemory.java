package dev.lockstep.backend.scalar;

import dev.lockstep.device.Device;
import dev.lockstep.device.MemorySource;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Takes host memory from the JDK, one shared arena a block. Thread-safe. */
public final class ArenaMemory implements MemorySource {
    private static final long ALIGNMENT_BYTES = 64;

    private final Device device;
    private final Map<Long, Arena> arenas = new ConcurrentHashMap<>();

    /** Makes a source for a device that computes in host memory. */
    public ArenaMemory(Device device) {
        this.device = device;
    }

    @Override
    public Device device() {
        return device;
    }

    @Override
    @SuppressWarnings("MustBeClosed") // Closed by free().
    public MemorySegment allocate(long sizeBytes) {
        Arena arena = Arena.ofShared();
        MemorySegment segment = arena.allocate(sizeBytes, ALIGNMENT_BYTES);
        arenas.put(segment.address(), arena);
        return segment;
    }

    @Override
    public void free(MemorySegment memory) {
        Arena arena = arenas.remove(memory.address());
        if (arena == null) {
            throw new IllegalStateException(
                    "memory at " + Long.toHexString(memory.address()) + " was not allocated here, or was freed before");
        }
        arena.close();
    }
}
