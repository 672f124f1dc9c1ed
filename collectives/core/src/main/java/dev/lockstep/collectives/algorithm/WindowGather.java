package dev.lockstep.collectives.algorithm;

import dev.lockstep.collectives.MismatchException;
import dev.lockstep.collectives.transport.Window;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Gives every rank's bytes to every rank over shared memory. Lengths may differ: the first round tells them. */
final class WindowGather implements WindowCollectives.Gathering {
    private static final int ALIGNMENT_BYTES = 64;
    private static final long LARGEST_PART_BYTES = 1L << 30;

    private final MemorySegment mine;
    private final MemorySegment[] parts;
    private final boolean given;
    private final long roundBytes;
    private long at;
    private long longestBytes;

    /** Makes the rounds of a gather that finds room for what the ranks give. */
    WindowGather(MemorySegment mine, int size, long roundBytes) {
        this.mine = mine;
        this.parts = new MemorySegment[size];
        this.given = false;
        this.roundBytes = roundBytes;
    }

    /** Makes the rounds of a gather of equal parts into the given room. */
    WindowGather(MemorySegment mine, List<MemorySegment> parts, long roundBytes) {
        this.mine = mine;
        this.parts = parts.toArray(MemorySegment[]::new);
        this.given = true;
        this.roundBytes = roundBytes;
    }

    @Override
    public List<MemorySegment> parts() {
        return List.of(parts);
    }

    private long count(long sizeBytes) {
        return Math.clamp(sizeBytes - at, 0, roundBytes);
    }

    @Override
    public long put(Window window) {
        MemorySegment.copy(mine, Math.min(at, mine.byteSize()), window.slot(window.rank()), 0, count(mine.byteSize()));
        return count(mine.byteSize());
    }

    @Override
    public long announced() {
        return mine.byteSize();
    }

    @Override
    public boolean take(Window window) {
        for (int peer = 0; peer < window.size(); peer++) {
            boolean own = peer == window.rank();
            long sizeBytes = own ? mine.byteSize() : window.sizeBytes(peer);
            if (at == 0) {
                longestBytes = Math.max(longestBytes, sizeBytes);
                parts[peer] = given ? parts[peer] : room(peer, sizeBytes);
            }
            long count = count(parts[peer].byteSize());
            if (count > 0) {
                MemorySegment.copy(own ? mine : window.slot(peer), own ? at : 0, parts[peer], at, count);
            }
        }
        at += roundBytes;
        return at < longestBytes;
    }

    private MemorySegment room(int peer, long sizeBytes) {
        if (sizeBytes < 0 || sizeBytes > LARGEST_PART_BYTES) {
            throw new MismatchException(
                    "all_gather: rank " + peer + " gives " + sizeBytes + " bytes, more than " + LARGEST_PART_BYTES);
        }
        return Arena.ofAuto().allocate(sizeBytes, ALIGNMENT_BYTES);
    }
}
