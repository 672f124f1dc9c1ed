package dev.lockstep.backend.cpu.kernel;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * What happens between the products of attention. Scores lie transposed, a row for each key: a vector holds
 * neighbouring queries, and softmax's largest and sum go down the rows, so that no lane is added to another and the
 * vector's length changes no bit. See Note [Compiled apart].
 */
public final class AttentionColumns {
    /** Scores are computed for columns in multiples of this; those behind the last query hold anything. */
    public static final long LANES = 16;

    private static final BatchKernel<Forward> LARGEST = Apart.of(AttentionColumns::largest);
    private static final BatchKernel<Shift> SHIFT = Apart.of(AttentionColumns::shift);
    private static final BatchKernel<Shift> EXP = Apart.of(AttentionColumns::exp);
    private static final BatchKernel<Scores> HIDE = Apart.of(AttentionColumns::hide);
    private static final BatchKernel<Forward> DIVIDE = Apart.of(AttentionColumns::divideRows);
    private static final BatchKernel<Backward> OWN = Apart.of(AttentionColumns::ownProducts);
    private static final BatchKernel<Backward> SLOPES = Apart.of(AttentionColumns::slopes);
    private static final UnaryKernel LOG = ApartLoops.of((LaneUnary) LaneMath::log);

    private AttentionColumns() {}

    /** {@return a count of queries rounded up to whole vectors} */
    public static long padded(long queries) {
        return (queries + LANES - 1) / LANES * LANES;
    }

    /**
     * The scores of some queries of one head.
     *
     * @param address of the score of the first key and query
     * @param step floats from one key to the next
     * @param keys how many keys the last query may see
     * @param first the place of the first query
     * @param queries how many there are
     * @param sight what they are multiplied by, and which of them are hidden
     */
    public record Scores(long address, long step, long keys, long first, long queries, Sight sight) {
        /** {@return the place of the last key that each query of a vector sees} */
        FloatVector last(long lane) {
            FloatVector places = Lanes.all(0f).addIndex(1).add((float) (first + lane));
            return sight.causal() ? places : Lanes.all(Float.POSITIVE_INFINITY);
        }

        /** {@return the same scores once they were multiplied by their scale} */
        public Scores scaled() {
            return new Scores(address, step, keys, first, queries, new Sight(1, sight.causal()));
        }

        /** {@return how many keys some query of a vector sees} */
        long seen(long lane) {
            return sight.causal() ? Math.min(keys, first + lane + Lanes.COUNT) : keys;
        }

        /** {@return the address of a key's row where the first one's is {@code base}} */
        long row(long base, long key) {
            return base + key * step * Float.BYTES;
        }
    }

    /**
     * The rows of a matrix inside a larger tensor.
     *
     * @param step numbers from one row to the next
     * @param width how many a row has
     * @param bytes what a number takes: 4 in f32, 2 in bf16
     */
    public record Matrix(long address, long step, long width, int bytes) {
        /** Rows of f32 numbers. */
        public Matrix(long address, long step, long width) {
            this(address, step, width, Float.BYTES);
        }

        /** {@return the address of a row} */
        public long row(long row) {
            return at(row, 0);
        }

        /** {@return the address of a number} */
        public long at(long row, long column) {
            return address + (row * step + column) * bytes;
        }

        /** {@return the columns from one on} */
        public Matrix columns(long first, long count) {
            return new Matrix(at(0, first), step, count, bytes);
        }
    }

    /**
     * How scores become weights.
     *
     * @param scale what they are multiplied by
     * @param causal whether a query sees only keys up to its own place
     */
    public record Sight(float scale, boolean causal) {}

    /**
     * What forward works on.
     *
     * @param largest working memory, one float a query in multiples of {@link #LANES}
     * @param sums the same
     * @param out the queries' rows of the output
     */
    public record Forward(Scores scores, long largest, long sums, Matrix out) {}

    /**
     * What backward works on.
     *
     * @param grads the weights' gradient {@code v g^T}, like the scores; becomes theirs
     * @param scale what products were multiplied by to become scores
     * @param lse one float a query in multiples of {@link #LANES}; lost
     * @param own working memory, the same
     */
    public record Backward(Scores scores, float scale, long grads, long lse, long own, Matrix g, Matrix out) {}

    /** Scores less one number a query, and where the sums of what comes of them go. */
    private record Shift(Scores scores, long less, long sums) {}

    /**
     * Turns scores s into {@code exp(scale s - max)}, zero where they are hidden, and finds largest and sums. A query
     * that sees nothing gets a largest of 0 and a sum of 1.
     */
    public static void exponentiate(Forward of) {
        LARGEST.run(of);
        exponentiate(new Shift(of.scores(), of.largest(), of.sums()));
    }

    private static void exponentiate(Shift of) {
        SHIFT.run(of);
        EXP.run(of);
        HIDE.run(of.scores());
    }

    private static void largest(Forward of) {
        Scores scores = of.scores();
        FloatVector scale = Lanes.all(scores.sight().scale());
        for (long lane = 0; lane < scores.queries(); lane += Lanes.COUNT) {
            long column = scores.address() + lane * Float.BYTES;
            FloatVector last = scores.last(lane);
            FloatVector max = Lanes.all(Float.NEGATIVE_INFINITY);
            long seen = scores.seen(lane);
            for (long key = 0; key < seen; key++) {
                FloatVector s = Lanes.load(scores.row(column, key)).mul(scale);
                FloatVector before = Lanes.known(max);
                VectorMask<Float> larger = s.compare(GT, before).and(last.compare(GE, (float) key));
                max = before.blend(s, larger);
            }
            FloatVector found = Lanes.known(max);
            VectorMask<Float> blind = found.compare(EQ, Float.NEGATIVE_INFINITY);
            Lanes.store(found.blend(0f, blind), of.largest() + lane * Float.BYTES);
        }
    }

    /** What is hidden becomes negative infinity, and so a weight of zero. */
    private static void shift(Shift of) {
        Scores scores = of.scores();
        FloatVector scale = Lanes.all(scores.sight().scale());
        FloatVector hidden = Lanes.all(Float.NEGATIVE_INFINITY);
        for (long lane = 0; lane < scores.queries(); lane += Lanes.COUNT) {
            long column = scores.address() + lane * Float.BYTES;
            FloatVector last = scores.last(lane);
            FloatVector less = Lanes.load(of.less() + lane * Float.BYTES);
            long seen = scores.seen(lane);
            for (long key = 0; key < seen; key++) {
                long at = scores.row(column, key);
                FloatVector s = Lanes.load(at).mul(scale).sub(less);
                Lanes.store(hidden.blend(s, last.compare(GE, (float) key)), at);
            }
        }
    }

    private static void exp(Shift of) {
        Scores scores = of.scores();
        for (long lane = 0; lane < scores.queries(); lane += Lanes.COUNT) {
            long column = scores.address() + lane * Float.BYTES;
            long seen = scores.seen(lane);
            FloatVector sum = Lanes.all(0f);
            for (long key = 0; key < seen; key++) {
                long at = scores.row(column, key);
                FloatVector p = LaneMath.exp(Lanes.load(at));
                sum = Lanes.known(sum).add(p);
                Lanes.store(p, at);
            }
            FloatVector whole = Lanes.known(sum);
            Lanes.store(whole.blend(1f, whole.compare(EQ, 0f)), of.sums() + lane * Float.BYTES);
        }
    }

    /** Writes zeros where no query of a vector sees a key. */
    private static void hide(Scores scores) {
        FloatVector zero = Lanes.all(0f);
        for (long lane = 0; lane < scores.queries(); lane += Lanes.COUNT) {
            for (long key = scores.seen(lane); key < scores.keys(); key++) {
                Lanes.store(zero, scores.row(scores.address() + lane * Float.BYTES, key));
            }
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

    /** Writes {@code largest + log(sum)} of each query; the sums are lost. */
    public static void logSums(Forward of, long lse) {
        long queries = of.scores().queries();
        LOG.run(of.sums(), of.sums(), queries);
        Loops.ADD.run(of.largest(), of.sums(), lse, queries);
    }

    /**
     * Turns scores s into weights {@code p = exp(scale s - lse)} and the weights' gradient into the scores',
     * {@code scale p (v g^T - sum(g out))}, both zero where they are hidden.
     */
    public static void differentiate(Backward of) {
        OWN.run(of);
        exponentiate(new Shift(of.scores(), of.lse(), of.lse()));
        SLOPES.run(of);
    }

    private static void ownProducts(Backward of) {
        for (long query = 0; query < of.scores().queries(); query++) {
            float own = Sums.PRODUCTS.run(
                    0f, of.g().row(query), of.out().row(query), of.g().width());
            Lanes.set(of.own() + query * Float.BYTES, own);
        }
    }

    private static void slopes(Backward of) {
        Scores scores = of.scores();
        FloatVector scale = Lanes.all(of.scale());
        for (long lane = 0; lane < scores.queries(); lane += Lanes.COUNT) {
            long offset = lane * Float.BYTES;
            FloatVector own = Lanes.load(of.own() + offset);
            for (long key = 0; key < scores.keys(); key++) {
                FloatVector p = Lanes.load(scores.row(scores.address() + offset, key));
                long grad = scores.row(of.grads() + offset, key);
                Lanes.store(Lanes.load(grad).sub(own).mul(p).mul(scale), grad);
            }
        }
    }
}
