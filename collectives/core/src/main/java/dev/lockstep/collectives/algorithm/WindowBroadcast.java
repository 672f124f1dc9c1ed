package dev.lockstep.collectives.algorithm;

import dev.lockstep.collectives.transport.Window;
import java.lang.foreign.MemorySegment;

/** Copies the root's bytes to all over shared memory. With no bytes it is the barrier. */
final class WindowBroadcast implements Rounds {
    private final MemorySegment data;
    private final int root;
    private final long roundBytes;
    private long at;

    WindowBroadcast(MemorySegment data, int root, long roundBytes) {
        this.data = data;
        this.root = root;
        this.roundBytes = roundBytes;
    }

    private long count() {
        return Math.min(roundBytes, data.byteSize() - at);
    }

    @Override
    public long put(Window window) {
        if (window.rank() != root) {
            return 0;
        }
        MemorySegment.copy(data, at, window.slot(root), 0, count());
        return count();
    }

    @Override
    public boolean take(Window window) {
        if (window.rank() != root) {
            MemorySegment.copy(window.slot(root), 0, data, at, count());
        }
        at += count();
        return at < data.byteSize();
    }

    @Override
    public boolean isSingle() {
        return data.byteSize() <= roundBytes;
    }
}
