package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.op.ScalarMath;

/** Cross-entropy of rows of logits that lie one after the other. */
final class CrossEntropyKernels {
    private static final SumKernel DISTANCES = LoopTemplate.ofSum((k, a, _) -> k.sub(a));

    private CrossEntropyKernels() {}

    /**
     * The places of a batch.
     *
     * @param logits rows x classes floats
     * @param target one class a row
     * @param size rows and classes
     * @param smoothing how much of the target is spread over all classes
     * @param lse one float a row
     * @param g the gradient of each row's loss; backward only
     * @param out one loss a row forward, the gradient of the logits backward
     * @param scratch working memory of {@link Size#scratchCount} floats; forward only
     */
    record Batch(long logits, Targets target, Size size, double smoothing, long lse, long g, long out, long scratch) {
        long rows() {
            return size.rows();
        }

        long classes() {
            return size.classes();
        }

        long row(long row) {
            return row(logits, row);
        }

        long row(long base, long row) {
            return base + row * classes() * Float.BYTES;
        }

        /** {@return what a class other than the target is wanted to have} */
        float elsewhere() {
            return (float) (smoothing / classes());
        }

        /** {@return what the target is wanted to have} */
        float atTarget() {
            return (float) (1 - smoothing + smoothing / classes());
        }
    }

    /** How many rows there are, and how many logits in each. */
    record Size(long rows, long classes) {
        /** {@return how many floats of working memory forward takes} */
        long scratchCount() {
            return Rows.chunk(classes) * classes;
        }
    }

    /**
     * Writes {@code lse = max + log(sum exp(x - max))} of each row, and the loss {@code nll = lse - x[target]};
     * smoothed: {@code fma(e, sum(lse - x) / C, (1 - e) nll)}.
     */
    static void forward(Batch batch) {
        RowStages stages = RowStages.of(batch.classes());
        long chunk = Rows.chunk(batch.classes());
        for (long row = 0; row < batch.rows(); row += chunk) {
            long count = Math.min(chunk, batch.rows() - row);
            long exps = batch.scratch();
            long maxima = batch.lse() + row * Float.BYTES;
            long sums = batch.out() + row * Float.BYTES;
            stages.lessMaximum().run(new Rows(batch.row(row), exps, maxima, count, batch.classes(), 0f));
            Rows rows = new Rows(exps, exps, sums, count, batch.classes(), 0f);
            RowStages.EXP.run(rows);
            stages.sum().run(rows);
        }
        Loops.LOG.run(batch.out(), batch.out(), batch.rows());
        Loops.ADD.run(batch.lse(), batch.out(), batch.lse(), batch.rows());
        losses(batch);
    }

    private static void losses(Batch batch) {
        for (long row = 0; row < batch.rows(); row++) {
            float loss = 0f;
            if (!batch.target().isIgnored(row)) {
                float lse = Lanes.get(batch.lse() + row * Float.BYTES);
                loss = lse - Lanes.get(batch.row(row) + batch.target().get(row) * Float.BYTES);
                if (batch.smoothing() != 0) {
                    loss = smooth(batch, lse, loss, batch.row(row));
                }
            }
            Lanes.set(batch.out() + row * Float.BYTES, loss);
        }
    }

    private static float smooth(Batch batch, float lse, float nll, long x) {
        float mean = DISTANCES.run(lse, x, x, batch.classes()) / batch.classes();
        return Math.fma((float) batch.smoothing(), mean, (float) (1 - batch.smoothing()) * nll);
    }

    /**
     * Writes {@code g (exp(x - lse) - q)} with q = e / C, and {@code (1 - e) + e / C} at the target; zeros where the
     * target is ignored.
     */
    static void backward(Batch batch) {
        RowStages stages = RowStages.of(batch.classes());
        long chunk = Rows.chunk(batch.classes());
        for (long row = 0; row < batch.rows(); row += chunk) {
            long count = Math.min(chunk, batch.rows() - row);
            long dx = batch.row(batch.out(), row);
            long lse = batch.lse() + row * Float.BYTES;
            long g = batch.g() + row * Float.BYTES;
            stages.lessNumber().run(new Rows(batch.row(row), dx, lse, count, batch.classes(), 0f));
            Rows rows = new Rows(dx, dx, g, count, batch.classes(), batch.elsewhere());
            RowStages.EXP.run(rows);
            stages.scale().run(rows);
        }
        targets(batch);
    }

    private static void targets(Batch batch) {
        for (long row = 0; row < batch.rows(); row++) {
            long out = batch.row(batch.out(), row);
            if (batch.target().isIgnored(row)) {
                Fill.run(0f, out, batch.classes());
                continue;
            }
            long target = batch.target().get(row) * Float.BYTES;
            float p = ScalarMath.exp(Lanes.get(batch.row(row) + target) - Lanes.get(batch.lse() + row * Float.BYTES));
            Lanes.set(out + target, Lanes.get(batch.g() + row * Float.BYTES) * (p - batch.atTarget()));
        }
    }
}
