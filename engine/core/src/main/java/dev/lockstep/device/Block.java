package dev.lockstep.device;

import java.lang.foreign.MemorySegment;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import org.jspecify.annotations.Nullable;

/**
 * A piece of memory that goes back and forth between a pool and storages. The pool keeps every block; a block keeps the
 * reference that notices when its storage was forgotten. Passed from thread to thread, owned by one at a time.
 */
final class Block {
    private static final int NO_CLASS = -1;

    private final MemorySegment segment;
    private final long address;
    private final int sizeClass;
    private volatile @Nullable Watch watch;
    private volatile @Nullable String label;

    /** Notices that a storage has become unreachable without having been released. */
    static final class Watch extends PhantomReference<Storage> {
        private final Block block;
        private volatile boolean permanent;

        private Watch(Storage storage, ReferenceQueue<Storage> queue, Block block) {
            super(storage, queue);
            this.block = block;
        }

        Block block() {
            return block;
        }

        boolean isPermanent() {
            return permanent;
        }

        void makePermanent() {
            permanent = true;
        }
    }

    Block(MemorySegment segment, int sizeClass) {
        this.segment = segment;
        this.address = segment.address();
        this.sizeClass = sizeClass;
    }

    /** {@return a block of memory that is somebody else's: no pool hands it out} */
    static Block foreign(MemorySegment segment) {
        return new Block(segment, NO_CLASS);
    }

    boolean isForeign() {
        return sizeClass == NO_CLASS;
    }

    MemorySegment segment() {
        return segment;
    }

    long address() {
        return address;
    }

    int sizeClass() {
        return sizeClass;
    }

    long sizeBytes() {
        return SizeClasses.sizeBytes(sizeClass);
    }

    Watch watch(Storage storage, ReferenceQueue<Storage> queue, @Nullable String newLabel) {
        Watch made = new Watch(storage, queue, this);
        watch = made;
        if (newLabel != null) {
            label = newLabel;
        }
        return made;
    }

    /** Ends the watch of a storage that was released. */
    void unwatch() {
        Watch mine = watch;
        if (mine != null) {
            mine.clear();
            watch = null;
        }
        if (label != null) {
            label = null;
        }
    }

    /** {@return whether a storage owns this block now} */
    boolean isInUse() {
        return watch != null;
    }

    /** {@return where its storage was allocated, if that was recorded} */
    @Nullable
    String label() {
        return label;
    }
}
