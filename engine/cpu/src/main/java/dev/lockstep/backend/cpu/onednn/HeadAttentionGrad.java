package dev.lockstep.backend.cpu.onednn;

import dev.lockstep.backend.cpu.kernel.AttentionColumns;
import dev.lockstep.backend.cpu.kernel.AttentionColumns.Matrix;
import dev.lockstep.backend.cpu.kernel.AttentionColumns.Scores;
import dev.lockstep.backend.cpu.kernel.Lanes;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.device.Storage;

/**
 * The gradient of {@link HeadAttention}, head by head. First block by block of queries the weights p, their gradient
 * and dq; then block by block of keys dk and dv, which sum over the queries that see them. See Note [Blocks of
 * queries].
 */
final class HeadAttentionGrad {
    private final HeadWeighing weighing;
    private final Known known;
    private final HeadProducts products;
    private final MemoryPool pool;
    private final long queries;
    private final long keys;
    private final long width;

    /**
     * What is given.
     *
     * @param exact the output's gradient as it is
     * @param g the same as factors of products, as query, key and value are
     * @param lse address of one float a query
     */
    record Known(Heads exact, Heads g, Heads q, Heads k, Heads v, Heads out, long lse) {}

    /**
     * Working memory of a head, each a row for each key.
     *
     * @param weights the weights, then what of them dropout keeps
     * @param grads the scores' gradient
     * @param weightFactors where the weights lie as factors of products
     * @param gradFactors where the scores' gradient does
     */
    private record Space(Matrix weights, Matrix grads, Matrix weightFactors, Matrix gradFactors) {}

    HeadAttentionGrad(HeadWeighing weighing, Known known) {
        this.weighing = weighing;
        this.pool = weighing.pool();
        this.known = known;
        this.products = new HeadProducts(pool);
        this.queries = known.q.places();
        this.keys = known.k.places();
        this.width = AttentionColumns.padded(queries);
    }

    /** Writes the gradients of query, key and value. */
    void run(Heads dq, Heads dk, Heads dv) {
        long floatBytes = (2 * keys + 2) * width * Float.BYTES;
        Storage scratch = pool.allocate(floatBytes + 2 * weighing.factors().scratchBytes(keys * width));
        Space space = space(scratch.address(), scratch.address() + floatBytes);
        for (long head = 0; head < dq.count(); head++) {
            for (long from = 0; from < queries; from += weighing.block()) {
                differentiate(head, from, space);
                long count = Math.min(weighing.block(), queries - from);
                Matrix columns = space.gradFactors.columns(from, count);
                products.weighByColumns(
                        columns, count, known.k.matrix(head, 0), weighing.seen(from + count), dq.matrix(head, from));
            }
            long seen = weighing.seen(queries);
            for (long from = 0; from < seen; from += weighing.sight().causal() ? weighing.block() : seen) {
                gather(head, from, space.weightFactors, known.g, dv);
                gather(head, from, space.gradFactors, known.q, dk);
            }
            clear(head, seen, dk);
            clear(head, seen, dv);
        }
        scratch.release();
    }

    private Space space(long floats, long halves) {
        Matrix weights = new Matrix(floats, width, queries);
        Matrix grads = new Matrix(weights.row(keys), width, queries);
        if (!weighing.factors().inBf16()) {
            return new Space(weights, grads, weights, grads);
        }
        Matrix weightFactors = new Matrix(halves, width, queries, Short.BYTES);
        return new Space(
                weights, grads, weightFactors, new Matrix(weightFactors.row(keys), width, queries, Short.BYTES));
    }

    private void differentiate(long head, long from, Space space) {
        long count = Math.min(weighing.block(), queries - from);
        long seen = weighing.seen(from + count);
        Matrix p = space.weights.columns(from, count);
        Matrix slopes = space.grads.columns(from, count);
        products.rowsByRows(known.k.matrix(head, 0), seen, known.q.matrix(head, from), count, p);
        products.rowsByRows(known.v.matrix(head, 0), seen, known.g.matrix(head, from), count, slopes);
        Scores scores = weighing.masked(new Scores(p.address(), width, seen, from, count, weighing.sight()), head);
        weighing.draw(scores, head);
        weighing.drop(scores, slopes.address());
        long lse = space.grads.row(keys);
        Lanes.copy(known.lse + (head * queries + from) * Float.BYTES, lse, count * Float.BYTES);
        AttentionColumns.differentiate(new AttentionColumns.Backward(
                scores,
                weighing.sight().scale(),
                slopes.address(),
                lse,
                space.grads.row(keys + 1),
                known.exact.matrix(head, from),
                known.out.matrix(head, from)));
        weighing.drop(scores, p.address());
        weighing.factors().round(p, seen, space.weightFactors.at(0, from));
        weighing.factors().round(slopes, seen, space.gradFactors.at(0, from));
    }

    /** Sums rows over the queries that see each key of a block. */
    private void gather(long head, long from, Matrix weights, Heads rows, Heads result) {
        long seen = weighing.seen(queries);
        boolean causal = weighing.sight().causal();
        long count = causal ? Math.min(weighing.block(), seen - from) : seen;
        long first = causal ? from : 0;
        Matrix seeing = new Matrix(weights.at(from, first), width, queries - first, weights.bytes());
        products.weigh(seeing, count, rows.matrix(head, first), queries - first, result.matrix(head, from));
    }

    /** Writes zeros for the keys that no query sees. */
    private void clear(long head, long from, Heads result) {
        Matrix rows = result.matrix(head, from);
        for (long row = 0; row < keys - from; row++) {
            Lanes.clear(rows.row(row), rows.width() * Float.BYTES);
        }
    }
}
