package dev.lockstep.backend.cpu.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Finds where the first largest or smallest number of a row is; a NaN counts as one. See Note [Compiled apart]. */
final class ArgFolds {
    private static final BatchKernel<Batch> ROWS = Apart.of(ArgFolds::rows);

    private ArgFolds() {}

    /** What to look for, where, and where the indexes go: one i64 a row. */
    record Batch(boolean largest, Fold fold, long x, long y) {}

    /** Writes one i64 a row. */
    static void run(Batch batch) {
        ROWS.run(batch);
    }

    private static void rows(Batch batch) {
        long length = batch.fold().length();
        for (long i = 0; i < batch.fold().outer(); i++) {
            long row = batch.x() + i * length * Float.BYTES;
            float extreme = batch.largest() ? Extremes.max(row, length) : Extremes.min(row, length);
            Lanes.setLong(batch.y() + i * Long.BYTES, find(extreme, row, length));
        }
    }

    private static long find(float number, long x, long count) {
        if (Float.isNaN(number)) {
            return findNaN(x);
        }
        long whole = count - count % Lanes.COUNT;
        for (long i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector vector = Lanes.load(x + i * Float.BYTES);
            VectorMask<Float> equal = vector.compare(VectorOperators.EQ, number);
            if (equal.anyTrue()) {
                return i + equal.firstTrue();
            }
        }
        long i = whole;
        while (Lanes.get(x + i * Float.BYTES) != number) {
            i++;
        }
        return i;
    }

    private static long findNaN(long x) {
        long i = 0;
        while (!Float.isNaN(Lanes.get(x + i * Float.BYTES))) {
            i++;
        }
        return i;
    }
}
