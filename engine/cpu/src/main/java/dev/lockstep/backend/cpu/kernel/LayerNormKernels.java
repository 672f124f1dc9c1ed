package dev.lockstep.backend.cpu.kernel;

import jdk.incubator.vector.FloatVector;

/**
 * Layer norm of rows that lie one after the other. With xhat = (x - mean) rstd: {@code y = fma(xhat, weight, bias)}.
 */
final class LayerNormKernels {
    /** Rows of products that are added to the column sums at a time: as many as those have lanes. */
    private static final long ROWS = 16;

    private static final BatchKernel<Forward> STATISTICS = Apart.of(LayerNormKernels::statistics);
    private static final BatchKernel<Forward> FORWARD = Apart.of(LayerNormKernels::normalizeRows);
    private static final BatchKernel<Backward> BACKWARD = Apart.of(LayerNormKernels::differentiateRows);

    private LayerNormKernels() {}

    /** What forward reads and writes. */
    record Forward(Batch batch, double eps, long weight, long bias, long y) {}

    /**
     * What backward reads and writes.
     *
     * @param scratch working memory of {@link #scratchCount} floats
     * @param weightSums takes the rows of {@code g xhat}
     */
    record Backward(Batch batch, long g, long weight, long dx, long scratch, ColumnSums weightSums) {}

    /** {@return how many floats of working memory backward takes} */
    static long scratchCount(long length) {
        return (ROWS + 1) * length;
    }

    /**
     * The places of a batch.
     *
     * @param x rows x length floats
     * @param rows how many rows there are
     * @param length how many floats a row has
     * @param mean one float a row, as {@code rstd}
     */
    record Batch(long x, long rows, long length, long mean, long rstd) {
        long row(long base, long row) {
            return base + row * length * Float.BYTES;
        }

        /** {@return rows from one on, at most so many} */
        Batch from(long row, long count) {
            long offset = row * Float.BYTES;
            return new Batch(row(x, row), Math.min(count, rows - row), length, mean + offset, rstd + offset);
        }
    }

    /** Finds mean and {@code 1 / sqrt(variance + eps)} of each row, the variance biased, and y. */
    static void forward(Forward of) {
        Batch batch = of.batch();
        long chunk = Rows.chunk(batch.length());
        for (long row = 0; row < batch.rows(); row += chunk) {
            long y = batch.row(of.y(), row);
            Forward next = new Forward(batch.from(row, chunk), of.eps(), of.weight(), of.bias(), y);
            STATISTICS.run(next);
            FORWARD.run(next);
        }
    }

    private static void statistics(Forward of) {
        Batch batch = of.batch();
        for (long row = 0; row < batch.rows(); row++) {
            long x = batch.row(batch.x(), row);
            float mean = Sums.sum(x, batch.length()) / batch.length();
            float variance = Sums.SQUARED_DIFFERENCES.run(mean, x, x, batch.length()) / batch.length();
            Lanes.set(batch.mean() + row * Float.BYTES, mean);
            Lanes.set(batch.rstd() + row * Float.BYTES, 1f / (float) Math.sqrt(variance + (float) of.eps()));
        }
    }

    private static void normalizeRows(Forward of) {
        Batch batch = of.batch();
        for (long row = 0; row < batch.rows(); row++) {
            FloatVector mean = Lanes.all(Lanes.get(batch.mean() + row * Float.BYTES));
            FloatVector rstd = Lanes.all(Lanes.get(batch.rstd() + row * Float.BYTES));
            long x = batch.row(batch.x(), row);
            long y = batch.row(of.y(), row);
            long i = 0;
            for (; i <= (batch.length() - Lanes.COUNT) * Float.BYTES; i += Lanes.BYTES) {
                FloatVector xhat = Lanes.load(x + i).sub(mean).mul(rstd);
                Lanes.store(xhat.fma(Lanes.load(of.weight() + i), Lanes.load(of.bias() + i)), y + i);
            }
            long rest = batch.length() - i / Float.BYTES;
            if (rest > 0) {
                FloatVector xhat = Lanes.loadFew(x + i, rest, 0f).sub(mean).mul(rstd);
                FloatVector w = Lanes.loadFew(of.weight() + i, rest, 0f);
                Lanes.storeFew(xhat.fma(w, Lanes.loadFew(of.bias() + i, rest, 0f)), y + i, rest);
            }
        }
    }

    /**
     * With h = g weight: writes {@code dx = rstd (h - sum(h) / n - xhat (sum(h xhat) / n))} and adds the rows of
     * {@code g xhat} to the column sums.
     */
    static void backward(Backward of) {
        Batch batch = of.batch();
        for (long row = 0; row < batch.rows(); row += ROWS) {
            long g = batch.row(of.g(), row);
            long dx = batch.row(of.dx(), row);
            BACKWARD.run(new Backward(batch.from(row, ROWS), g, of.weight(), dx, of.scratch(), of.weightSums()));
        }
    }

    /** Takes up to {@link #ROWS} rows. */
    private static void differentiateRows(Backward of) {
        Batch batch = of.batch();
        long length = batch.length();
        long xhat = batch.row(of.scratch(), ROWS);
        for (long row = 0; row < batch.rows(); row++) {
            long g = batch.row(of.g(), row);
            long dx = batch.row(of.dx(), row);
            float rstd = Lanes.get(batch.rstd() + row * Float.BYTES);
            normalize(batch.row(batch.x(), row), xhat, length, Lanes.get(batch.mean() + row * Float.BYTES), rstd);
            Loops.MUL.run(g, xhat, batch.row(of.scratch(), row), length);
            Loops.MUL.run(g, of.weight(), dx, length);
            inputGradient(xhat, dx, length, rstd);
        }
        of.weightSums().add(of.scratch(), batch.rows());
    }

    private static void normalize(long x, long xhat, long count, float mean, float rstd) {
        FloatVector means = Lanes.all(mean);
        FloatVector rstds = Lanes.all(rstd);
        long i = 0;
        for (; i <= (count - Lanes.COUNT) * Float.BYTES; i += Lanes.BYTES) {
            Lanes.store(Lanes.load(x + i).sub(means).mul(rstds), xhat + i);
        }
        long rest = count - i / Float.BYTES;
        if (rest > 0) {
            Lanes.storeFew(Lanes.loadFew(x + i, rest, 0f).sub(means).mul(rstds), xhat + i, rest);
        }
    }

    /** Turns h at {@code dx} into the gradient. */
    private static void inputGradient(long xhat, long dx, long count, float rstd) {
        FloatVector mean = Lanes.all(Sums.sum(dx, count) / count);
        FloatVector slope = Lanes.all(Sums.PRODUCTS.run(0f, dx, xhat, count) / count);
        FloatVector rstds = Lanes.all(rstd);
        long i = 0;
        for (; i <= (count - Lanes.COUNT) * Float.BYTES; i += Lanes.BYTES) {
            FloatVector rest =
                    Lanes.load(dx + i).sub(mean).sub(Lanes.load(xhat + i).mul(slope));
            Lanes.store(rstds.mul(rest), dx + i);
        }
        long few = count - i / Float.BYTES;
        if (few > 0) {
            FloatVector h = Lanes.loadFew(dx + i, few, 0f);
            FloatVector rest = h.sub(mean).sub(Lanes.loadFew(xhat + i, few, 0f).mul(slope));
            Lanes.storeFew(rstds.mul(rest), dx + i, few);
        }
    }
}
