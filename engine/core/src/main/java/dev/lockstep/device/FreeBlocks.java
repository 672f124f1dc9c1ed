package dev.lockstep.device;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The free blocks that all threads share, one list with one lock a size class. Thread-safe. */
final class FreeBlocks {
    private final List<Deque<Block>> byClass = new ArrayList<>(SizeClasses.COUNT);

    FreeBlocks() {
        for (int i = 0; i < SizeClasses.COUNT; i++) {
            byClass.add(new ArrayDeque<>());
        }
    }

    @Nullable
    Block take(int sizeClass) {
        Deque<Block> blocks = byClass.get(sizeClass);
        synchronized (blocks) {
            return blocks.pollLast();
        }
    }

    void put(Block block) {
        Deque<Block> blocks = byClass.get(block.sizeClass());
        synchronized (blocks) {
            blocks.addLast(block);
        }
    }

    /** Takes out all blocks of a class. */
    List<Block> drain(int sizeClass) {
        Deque<Block> blocks = byClass.get(sizeClass);
        synchronized (blocks) {
            List<Block> all = List.copyOf(blocks);
            blocks.clear();
            return all;
        }
    }
}
