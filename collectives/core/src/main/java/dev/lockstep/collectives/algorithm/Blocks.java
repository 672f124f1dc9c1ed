package dev.lockstep.collectives.algorithm;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one rank gives to each rank and gets from each, itself included. Where nothing passes between two ranks both say
 * so, each in its own blocks. Immutable.
 */
public final class Blocks {
    private final List<@Nullable MemorySegment> sent;
    private final List<@Nullable MemorySegment> received;

    private Blocks(List<? extends @Nullable MemorySegment> sent, List<? extends @Nullable MemorySegment> received) {
        this.sent = Collections.unmodifiableList(new ArrayList<>(sent));
        this.received = Collections.unmodifiableList(new ArrayList<>(received));
    }

    /** {@return blocks between all ranks} */
    public static Blocks between(List<MemorySegment> sent, List<MemorySegment> received) {
        return new Blocks(sent, received);
    }

    /** {@return the blocks of a rank that gives one to the root and gets none} */
    public static Blocks to(int root, MemorySegment mine, int size) {
        List<@Nullable MemorySegment> sent = none(size);
        sent.set(root, mine);
        return new Blocks(sent, none(size));
    }

    /** {@return the blocks of the root to which everyone gives one} */
    public static Blocks toMe(int root, MemorySegment mine, List<MemorySegment> received) {
        List<@Nullable MemorySegment> sent = none(received.size());
        sent.set(root, mine);
        return new Blocks(sent, received);
    }

    /** {@return the blocks of a rank that gets one from the root and gives none} */
    public static Blocks from(int root, MemorySegment mine, int size) {
        List<@Nullable MemorySegment> received = none(size);
        received.set(root, mine);
        return new Blocks(none(size), received);
    }

    /** {@return the blocks of the root that gives everyone one} */
    public static Blocks fromMe(int root, List<MemorySegment> sent, MemorySegment mine) {
        List<@Nullable MemorySegment> received = none(sent.size());
        received.set(root, mine);
        return new Blocks(sent, received);
    }

    private static List<@Nullable MemorySegment> none(int size) {
        List<@Nullable MemorySegment> blocks = new ArrayList<>();
        for (int rank = 0; rank < size; rank++) {
            blocks.add(null);
        }
        return blocks;
    }

    /** {@return memory divided into equal blocks, one for each rank} */
    public static List<MemorySegment> divide(MemorySegment memory, int size) {
        long sizeBytes = memory.byteSize() / size;
        List<MemorySegment> blocks = new ArrayList<>();
        for (int rank = 0; rank < size; rank++) {
            blocks.add(memory.asSlice(rank * sizeBytes, sizeBytes));
        }
        return blocks;
    }

    int size() {
        return sent.size();
    }

    /** {@return what this rank gives to a peer, or null if nothing passes} */
    @Nullable
    MemorySegment sent(int peer) {
        return sent.get(peer);
    }

    /** {@return where this rank puts what a peer gives, or null if nothing passes} */
    @Nullable
    MemorySegment received(int peer) {
        return received.get(peer);
    }
}
