package dev.lockstep.collectives.algorithm;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.lockstep.collectives.MismatchException;
import dev.lockstep.collectives.transport.Window;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Gives blocks from rank to rank over shared memory: gather, scatter, all-to-all. A slot holds the length of the block
 * for each rank, and then a stretch of each block.
 */
final class WindowExchange implements Rounds {
    private static final long ALIGNMENT_BYTES = 64;
    private static final long NOTHING = -1;

    private final Blocks blocks;
    private final boolean single;
    private final long tableBytes;
    private final long stretchBytes;
    private long at;
    private long longestBytes;

    /**
     * Makes the rounds.
     *
     * @param toOne whether every rank gives one block at most, so that a slot need not be divided
     */
    WindowExchange(Blocks blocks, boolean toOne, long roundBytes) {
        this.blocks = blocks;
        this.single = toOne;
        this.tableBytes = Math.ceilDiv((long) blocks.size() * Long.BYTES, ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
        long share = (roundBytes - tableBytes) / (toOne ? 1 : blocks.size());
        this.stretchBytes = Math.max(1, share / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
    }

    private static long length(@Nullable MemorySegment block) {
        return block == null ? NOTHING : block.byteSize();
    }

    private long count(long sizeBytes) {
        return Math.clamp(sizeBytes - at, 0, stretchBytes);
    }

    private long place(int peer) {
        return tableBytes + (single ? 0 : peer * stretchBytes);
    }

    @Override
    public long announced() {
        long longest = 0;
        for (int peer = 0; peer < blocks.size(); peer++) {
            longest = Math.max(longest, length(blocks.sent(peer)));
        }
        return longest;
    }

    @Override
    public long put(Window window) {
        MemorySegment slot = window.slot(window.rank());
        long written = 0;
        for (int peer = 0; peer < blocks.size(); peer++) {
            MemorySegment block = blocks.sent(peer);
            slot.setAtIndex(JAVA_LONG, peer, length(block));
            long count = count(length(block));
            if (block != null && count > 0 && peer != window.rank()) {
                MemorySegment.copy(block, at, slot, place(peer), count);
                written += count;
            }
        }
        return written;
    }

    @Override
    public boolean take(Window window) {
        longestBytes = Math.max(longestBytes, announced());
        for (int peer = 0; peer < blocks.size(); peer++) {
            if (peer == window.rank()) {
                takeOwn(peer);
            } else {
                longestBytes = Math.max(longestBytes, window.sizeBytes(peer));
                take(window, peer);
            }
        }
        at += stretchBytes;
        return at < longestBytes;
    }

    private void takeOwn(int rank) {
        MemorySegment block = blocks.sent(rank);
        MemorySegment target = blocks.received(rank);
        if (at == 0 && block != null && target != null) {
            target.copyFrom(block);
        }
    }

    private void take(Window window, int peer) {
        MemorySegment target = blocks.received(peer);
        MemorySegment slot = window.slot(peer);
        long theirs = slot.getAtIndex(JAVA_LONG, window.rank());
        if (theirs != length(target)) {
            throw MismatchException.ofBlock(peer, theirs, length(target));
        }
        if (target != null && count(theirs) > 0) {
            MemorySegment.copy(slot, place(window.rank()), target, at, count(theirs));
        }
    }
}
