package dev.lockstep.backend.cpu.kernel;

/**
 * Softmax of rows that lie one after the other, its logarithm, and their gradients. Results overlap no input. A NaN in
 * a row reaches all of it through the sum, so the maximum may pass it over.
 */
final class SoftmaxKernels {
    private SoftmaxKernels() {}

    /**
     * The places of a batch.
     *
     * @param in x forward; y backward
     * @param g the gradient of y; backward only
     * @param out y forward, the gradient of x backward
     * @param rows how many rows there are
     * @param length how many floats a row has
     * @param scratch working memory of {@link #scratchCount} floats; forward only
     */
    record Batch(long in, long g, long out, long rows, long length, long scratch) {}

    /** {@return how many floats of working memory forward takes} */
    static long scratchCount(long length) {
        return Rows.chunk(length) * length;
    }

    /** With d = x - max: {@code exp(d) / sum exp(d)}, or {@code d - log(sum exp(d))}. */
    static void forward(boolean log, Batch batch) {
        RowStages stages = RowStages.of(batch.length());
        long chunk = Rows.chunk(batch.length());
        for (long row = 0; row < batch.rows(); row += chunk) {
            long offset = row * batch.length() * Float.BYTES;
            long count = Math.min(chunk, batch.rows() - row);
            long y = batch.out() + offset;
            stages.lessMaximum().run(new Rows(batch.in() + offset, y, 0, count, batch.length(), 0f));
            if (log) {
                RowStages.EXP.run(new Rows(y, batch.scratch(), 0, count, batch.length(), 0f));
                stages.lessLogSum().run(new Rows(batch.scratch(), y, 0, count, batch.length(), 0f));
            } else {
                Rows rows = new Rows(y, y, 0, count, batch.length(), 0f);
                RowStages.EXP.run(rows);
                stages.divideBySum().run(rows);
            }
        }
    }

    /** Gives {@code y (g - sum(g y))}, or {@code g - exp(y) sum(g)} for the logarithm, products rounded. */
    static void backward(boolean log, Batch batch) {
        RowStages stages = RowStages.of(batch.length());
        long chunk = Rows.chunk(batch.length());
        for (long row = 0; row < batch.rows(); row += chunk) {
            long offset = row * batch.length() * Float.BYTES;
            long count = Math.min(chunk, batch.rows() - row);
            Rows rows =
                    new Rows(batch.in() + offset, batch.out() + offset, batch.g() + offset, count, batch.length(), 0f);
            if (log) {
                RowStages.EXP.run(rows);
                stages.logGradient().run(rows);
            } else {
                stages.gradient().run(rows);
            }
        }
    }
}
