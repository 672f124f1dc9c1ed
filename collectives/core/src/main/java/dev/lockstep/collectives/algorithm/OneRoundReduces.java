package dev.lockstep.collectives.algorithm;

import dev.lockstep.collectives.transport.Signature;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Keeps the {@link OneRoundReduce}s that have ended for calls like theirs; failed ones are forgotten. Thread-safe. */
final class OneRoundReduces {
    private static final int KEPT = 16;

    private final Function<Signature, BucketFold> folds;
    private final List<OneRoundReduce> idle = new ArrayList<>(KEPT);

    /**
     * Keeps none yet.
     *
     * @param folds makes what adds up the ranks' elements of a call
     */
    OneRoundReduces(Function<Signature, BucketFold> folds) {
        this.folds = folds;
    }

    /** {@return the rounds of a call} */
    OneRoundReduce take(Signature call, MemorySegment in, MemorySegment out) {
        OneRoundReduce taken = taken(call);
        taken.aim(in, out);
        return taken;
    }

    private synchronized OneRoundReduce taken(Signature call) {
        for (int i = idle.size() - 1; i >= 0; i--) {
            if (idle.get(i).call().equals(call)) {
                return idle.remove(i);
            }
        }
        return new OneRoundReduce(this, call, folds.apply(call));
    }

    /** Takes back what has ended; the one that was kept longest makes room. */
    synchronized void give(OneRoundReduce ended) {
        if (idle.size() == KEPT) {
            idle.removeFirst();
        }
        idle.add(ended);
    }
}
