package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.op.ReduceKind;
import dev.lockstep.device.MemoryPool;

/** Reductions of f32 numbers that lie as a {@link Fold} says. See Note [Compiled apart]. */
final class FloatFolds {
    private static final BatchKernel<Batch> ROWS = Apart.of(FloatFolds::rows);
    private static final BatchKernel<Batch> COLUMNS = Apart.of(FloatFolds::columns);

    private FloatFolds() {}

    /** What to fold, from where, to where; columns take working memory from the pool. */
    record Batch(ReduceKind kind, Fold fold, long x, long y, MemoryPool pool) {}

    /** {@return whether the kind gives f32 numbers here} */
    static boolean has(ReduceKind kind) {
        return switch (kind) {
            case SUM, MEAN, PROD, AMAX, AMIN -> true;
            case ANY, ALL -> false;
        };
    }

    /** Writes {@code outer x inner} results. */
    static void run(Batch batch) {
        (batch.fold().inner() == 1 ? ROWS : COLUMNS).run(batch);
    }

    private static void rows(Batch batch) {
        Fold fold = batch.fold();
        for (long i = 0; i < fold.outer(); i++) {
            long x = batch.x() + i * fold.length() * Float.BYTES;
            Lanes.set(batch.y() + i * Float.BYTES, row(batch.kind(), x, fold.length()));
        }
    }

    private static float row(ReduceKind kind, long x, long count) {
        return switch (kind) {
            case SUM -> Sums.sum(x, count);
            case MEAN -> Sums.sum(x, count) / count;
            case AMAX -> Extremes.max(x, count);
            case AMIN -> Extremes.min(x, count);
            case PROD -> product(x, count);
            case ANY, ALL -> throw new AssertionError("gives no numbers: " + kind);
        };
    }

    /** Multiplies in C order, one after the other. */
    private static float product(long x, long count) {
        float product = 1f;
        for (long i = 0; i < count; i++) {
            product *= Lanes.get(x + i * Float.BYTES);
        }
        return product;
    }

    private static void columns(Batch batch) {
        Fold fold = batch.fold();
        for (long i = 0; i < fold.outer(); i++) {
            long x = batch.x() + i * fold.length() * fold.inner() * Float.BYTES;
            long y = batch.y() + i * fold.inner() * Float.BYTES;
            if (batch.kind() == ReduceKind.PROD) {
                products(fold, x, y);
                continue;
            }
            try (ColumnSums columns = of(batch.kind(), batch.pool(), fold.inner())) {
                columns.add(x, fold.length());
                columns.write(y);
            }
        }
        if (batch.kind() == ReduceKind.MEAN) {
            Loops.DIV_NUMBER.run((float) fold.length(), batch.y(), batch.y(), fold.outer() * fold.inner());
        }
    }

    private static void products(Fold fold, long x, long y) {
        Fill.run(1f, y, fold.inner());
        for (long row = 0; row < fold.length(); row++) {
            Loops.MUL.run(y, x + row * fold.inner() * Float.BYTES, y, fold.inner());
        }
    }

    private static ColumnSums of(ReduceKind kind, MemoryPool pool, long columns) {
        return switch (kind) {
            case AMAX -> new ColumnSums(pool, columns, Loops.MAX, Float.NEGATIVE_INFINITY);
            case AMIN -> new ColumnSums(pool, columns, Loops.MIN, Float.POSITIVE_INFINITY);
            case SUM, MEAN, PROD, ANY, ALL -> new ColumnSums(pool, columns);
        };
    }
}
