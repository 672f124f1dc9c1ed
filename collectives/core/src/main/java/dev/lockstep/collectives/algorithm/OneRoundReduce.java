package dev.lockstep.collectives.algorithm;

import dev.lockstep.collectives.transport.Signature;
import dev.lockstep.collectives.transport.Window;
import java.lang.foreign.MemorySegment;

/**
 * Reduces over ranks what fits into one round: everyone publishes all it has and adds up that of all. Does one call
 * after the other, so that small calls leave no garbage; see {@link OneRoundReduces}. Confined to one thread at a time.
 */
final class OneRoundReduce implements Rounds {
    private final OneRoundReduces home;
    private final Signature call;
    private final BucketFold fold;
    private MemorySegment in = MemorySegment.NULL;
    private MemorySegment out = MemorySegment.NULL;

    OneRoundReduce(OneRoundReduces home, Signature call, BucketFold fold) {
        this.home = home;
        this.call = call;
        this.fold = fold;
    }

    /** Says what the next call reduces, and to where. */
    void aim(MemorySegment from, MemorySegment to) {
        in = from;
        out = to;
    }

    Signature call() {
        return call;
    }

    @Override
    public long put(Window window) {
        SlotCopy.copy(in, 0, window.slot(window.rank()), 0, in.byteSize());
        return in.byteSize();
    }

    @Override
    public boolean take(Window window) {
        for (int peer = 0; peer < window.size(); peer++) {
            fold.source(peer, peer == window.rank() ? in : window.slotStart(peer, in.byteSize()));
        }
        fold.into(out, 0);
        aim(MemorySegment.NULL, MemorySegment.NULL);
        home.give(this);
        return false;
    }

    @Override
    public boolean isSingle() {
        return true;
    }
}
