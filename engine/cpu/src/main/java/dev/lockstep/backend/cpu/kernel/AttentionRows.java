package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.op.ScalarMath;

/** The row-wise parts of attention: what happens between its products. See Note [Compiled apart]. */
public final class AttentionRows {
    private static final BatchKernel<Forward> SHIFT = Apart.of(AttentionRows::shiftRows);
    private static final BatchKernel<Forward> SUM = Apart.of(AttentionRows::sumRows);
    private static final BatchKernel<Forward> DIVIDE = Apart.of(AttentionRows::divideRows);
    private static final BatchKernel<Scores> EXP = Apart.of(AttentionRows::expRows);
    private static final BatchKernel<Backward> LESS_LSE = Apart.of(AttentionRows::lessLseRows);
    private static final BatchKernel<Backward> GRADIENT = Apart.of(AttentionRows::gradientRows);

    private AttentionRows() {}

    /**
     * The scores of one head, [queries, keys] in C order: they become weights in place.
     *
     * @param address where they lie
     * @param queries how many rows
     * @param keys how long a row is
     * @param scale what they are multiplied by
     * @param causal whether a query sees only keys up to its own place
     */
    public record Scores(long address, long queries, long keys, float scale, boolean causal) {
        long row(long base, long query) {
            return base + query * keys * Float.BYTES;
        }

        long visible(long query) {
            return causal ? Math.min(query + 1, keys) : keys;
        }
    }

    /** The rows of a matrix inside a larger tensor, {@code step} floats apart. */
    public record Matrix(long address, long step, long width) {
        long row(long row) {
            return address + row * step * Float.BYTES;
        }
    }

    /**
     * What forward works on.
     *
     * @param lse one float a query
     * @param sums working memory, one float a query
     */
    public record Forward(Scores scores, long lse, long sums, Matrix out) {}

    /**
     * What backward works on.
     *
     * @param lse one float a query
     * @param weightGrads {@code g v^T}, like the scores; becomes the scores' gradient
     */
    public record Backward(Scores scores, long lse, long weightGrads, Matrix g, Matrix out) {}

    /** Turns scores s into {@code exp(scale s - max)}, zero where they are hidden, and finds sums and lse. */
    public static void exponentiate(Forward of) {
        SHIFT.run(of);
        EXP.run(of.scores());
        SUM.run(of);
    }

    private static void shiftRows(Forward of) {
        Scores scores = of.scores();
        for (long query = 0; query < scores.queries(); query++) {
            long row = scores.row(scores.address(), query);
            long visible = scores.visible(query);
            Loops.MUL_NUMBER.run(scores.scale(), row, row, visible);
            float max = Extremes.max(row, visible);
            Loops.SUB_NUMBER.run(max, row, row, visible);
            Lanes.set(of.lse() + query * Float.BYTES, max);
        }
    }

    private static void expRows(Scores scores) {
        for (long query = 0; query < scores.queries(); query++) {
            long row = scores.row(scores.address(), query);
            long visible = scores.visible(query);
            Loops.EXP.run(row, row, visible);
            Fill.run(0f, row + visible * Float.BYTES, scores.keys() - visible);
        }
    }

    private static void sumRows(Forward of) {
        Scores scores = of.scores();
        for (long query = 0; query < scores.queries(); query++) {
            long lse = of.lse() + query * Float.BYTES;
            float sum = Sums.sum(scores.row(scores.address(), query), scores.visible(query));
            Lanes.set(of.sums() + query * Float.BYTES, sum);
            Lanes.set(lse, Lanes.get(lse) + ScalarMath.log(sum));
        }
    }

    /** Divides the rows of the output by their sums: shorter than dividing the weights. */
    public static void divide(Forward of) {
        DIVIDE.run(of);
    }

    private static void divideRows(Forward of) {
        for (long query = 0; query < of.scores().queries(); query++) {
            long row = of.out().row(query);
            float sum = Lanes.get(of.sums() + query * Float.BYTES);
            Loops.DIV_NUMBER.run(sum, row, row, of.out().width());
        }
    }

    /** Turns scores s into weights {@code exp(scale s - lse)}, zero where they are hidden. */
    public static void weights(Backward of) {
        LESS_LSE.run(of);
        EXP.run(of.scores());
    }

    private static void lessLseRows(Backward of) {
        Scores scores = of.scores();
        for (long query = 0; query < scores.queries(); query++) {
            long row = scores.row(scores.address(), query);
            long visible = scores.visible(query);
            Loops.MUL_NUMBER.run(scores.scale(), row, row, visible);
            Loops.SUB_NUMBER.run(Lanes.get(of.lse() + query * Float.BYTES), row, row, visible);
        }
    }

    /** Turns the weights' gradient into the scores': {@code scale p (g v^T - sum(g out))}, zero where hidden. */
    public static void scoreGradients(Backward of) {
        GRADIENT.run(of);
    }

    private static void gradientRows(Backward of) {
        Scores scores = of.scores();
        for (long query = 0; query < scores.queries(); query++) {
            long row = scores.row(of.weightGrads(), query);
            long visible = scores.visible(query);
            float own = Sums.PRODUCTS.run(
                    0f, of.g().row(query), of.out().row(query), of.g().width());
            Loops.MUL_DIFFERENCE.run(own, row, scores.row(scores.address(), query), row, visible);
            Loops.MUL_NUMBER.run(scores.scale(), row, row, visible);
            Fill.run(0f, row + visible * Float.BYTES, scores.keys() - visible);
        }
    }
}
