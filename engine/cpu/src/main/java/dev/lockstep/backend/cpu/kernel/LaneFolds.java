package dev.lockstep.backend.cpu.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/**
 * Folds the lanes of one vector and leaves the result in each of them, so that it needs no way through a scalar. The
 * vector stands for at most sixteen summands, the lanes that are missing holding +0: adding them changes nothing, so
 * the order is that of Note [Order of sums].
 */
final class LaneFolds {
    private static final VectorShuffle<Float> BY_8 = by(8);
    private static final VectorShuffle<Float> BY_4 = by(4);
    private static final VectorShuffle<Float> BY_2 = by(2);
    private static final VectorShuffle<Float> BY_1 = by(1);

    private LaneFolds() {}

    private static VectorShuffle<Float> by(int step) {
        return VectorShuffle.iota(Lanes.SPECIES, step, 1, true);
    }

    /** Adds l + l+8, then + l+4, + l+2, + l+1. */
    static FloatVector sum(FloatVector v) {
        FloatVector s = Lanes.COUNT > 8 ? v.add(v.rearrange(BY_8)) : v;
        s = Lanes.COUNT > 4 ? s.add(s.rearrange(BY_4)) : s;
        s = s.add(s.rearrange(BY_2));
        return s.add(s.rearrange(BY_1));
    }
}
