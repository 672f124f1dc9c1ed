package dev.lockstep.backend.cpu.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A little working memory of each thread: blocks that stay in the first-level cache. Confined to its thread. */
final class Scratch {
    /** How many floats a block holds. */
    static final int BLOCK = 1024;

    private static final int BLOCKS = 4;
    private static final int ALIGNMENT = 64;
    private static final ThreadLocal<Scratch> CURRENT = ThreadLocal.withInitial(Scratch::new);

    private final MemorySegment memory = Arena.ofAuto().allocate((long) (BLOCKS + 1) * BLOCK * Float.BYTES, ALIGNMENT);
    private final long address = memory.address();

    private Scratch() {}

    /** {@return the calling thread's} */
    static Scratch current() {
        return CURRENT.get();
    }

    /** {@return the address of a block for kernels that work in stages, from 0} */
    long stage(int index) {
        return address + (long) index * BLOCK * Float.BYTES;
    }

    /** {@return the address of a vector for a count below a vector's length} */
    long vector(int index) {
        return address + (long) BLOCKS * BLOCK * Float.BYTES + index * Lanes.BYTES;
    }
}
