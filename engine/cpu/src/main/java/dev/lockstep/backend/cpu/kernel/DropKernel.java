package dev.lockstep.backend.cpu.kernel;

import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.lockstep.backend.op.Philox;
import dev.lockstep.backend.op.Sampling;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Drops the floats whose word lies below a threshold and scales the rest.
 *
 * @param threshold the first word, without its last bits, that stays
 * @param scale what is multiplied with
 */
record DropKernel(int threshold, float scale) {
    private static final int UNIT_SHIFT = 8;

    static DropKernel of(Sampling.Dropout op) {
        return new DropKernel(Philox.dropThreshold(op.p()), (float) (1 / (1 - op.p())));
    }

    /** {@return a vector of which the words at an address decide, kept lanes times {@code scales}} */
    FloatVector apply(FloatVector x, long words, FloatVector scales) {
        VectorMask<Integer> dropped =
                Lanes.loadInts(words).lanewise(LSHR, UNIT_SHIFT).compare(LT, threshold);
        return x.mul(scales).blend(0f, dropped.cast(Lanes.SPECIES));
    }

    /** Writes {@code count} floats; {@code y} may be {@code x}. */
    void run(long x, long words, long y, long count) {
        long whole = count - count % Lanes.COUNT;
        FloatVector scales = Lanes.all(scale);
        for (long i = 0; i < whole * Float.BYTES; i += Lanes.BYTES) {
            Lanes.store(apply(Lanes.load(x + i), words + i, scales), y + i);
        }
        for (long i = whole * Float.BYTES; i < count * Float.BYTES; i += Float.BYTES) {
            boolean dropped = Lanes.getInt(words + i) >>> UNIT_SHIFT < threshold;
            Lanes.set(y + i, dropped ? 0f : Lanes.get(x + i) * scale);
        }
    }
}
