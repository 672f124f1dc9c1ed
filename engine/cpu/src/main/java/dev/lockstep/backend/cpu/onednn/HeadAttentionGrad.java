package dev.lockstep.backend.cpu.onednn;

import dev.lockstep.backend.cpu.kernel.AttentionColumns;
import dev.lockstep.backend.cpu.kernel.AttentionColumns.Matrix;
import dev.lockstep.backend.cpu.kernel.AttentionColumns.Scores;
import dev.lockstep.backend.cpu.kernel.AttentionColumns.Sight;
import dev.lockstep.backend.cpu.kernel.Lanes;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.device.Storage;

/**
 * The gradient of {@link HeadAttention}, head by head. First block by block of queries the weights p, their gradient
 * and dq; then block by block of keys dk and dv, which sum over the queries that see them. See Note [Blocks of
 * queries].
 */
final class HeadAttentionGrad {
    private final Sight sight;
    private final Known known;
    private final HeadProducts products;
    private final MemoryPool pool;
    private final long queries;
    private final long keys;
    private final long width;
    private final long block;

    /**
     * What is given.
     *
     * @param lse address of one float a query
     */
    record Known(Heads g, Heads q, Heads k, Heads v, Heads out, long lse) {}

    HeadAttentionGrad(MemoryPool pool, Sight sight, Known known) {
        this.pool = pool;
        this.sight = sight;
        this.known = known;
        this.products = new HeadProducts(pool);
        this.queries = known.q.places();
        this.keys = known.k.places();
        this.width = HeadAttention.padded(queries);
        this.block = HeadAttention.padded(HeadAttention.block(sight, queries));
    }

    /** Writes the gradients of query, key and value. */
    void run(Heads dq, Heads dk, Heads dv) {
        Storage scratch = pool.allocate((2 * keys + 2) * width * Float.BYTES);
        Matrix weights = new Matrix(scratch.address(), width, queries);
        Matrix grads = new Matrix(weights.row(keys), width, queries);
        for (long head = 0; head < dq.count(); head++) {
            for (long from = 0; from < queries; from += block) {
                differentiate(head, from, weights, grads);
                long count = Math.min(block, queries - from);
                long seen = HeadAttention.seen(sight, keys, from + count);
                Matrix columns = new Matrix(grads.address() + from * Float.BYTES, width, count);
                products.weighByColumns(columns, count, known.k.matrix(head, 0), seen, dq.matrix(head, from));
            }
            long seen = HeadAttention.seen(sight, keys, queries);
            for (long from = 0; from < seen; from += sight.causal() ? block : seen) {
                gather(head, from, weights, known.g, dv);
                gather(head, from, grads, known.q, dk);
            }
            clear(head, seen, dk);
            clear(head, seen, dv);
        }
        scratch.release();
    }

    private void differentiate(long head, long from, Matrix weights, Matrix grads) {
        long count = Math.min(block, queries - from);
        long seen = HeadAttention.seen(sight, keys, from + count);
        long offset = from * Float.BYTES;
        Matrix p = new Matrix(weights.address() + offset, width, count);
        Matrix slopes = new Matrix(grads.address() + offset, width, count);
        Matrix g = known.g.matrix(head, from);
        products.rowsByRows(known.k.matrix(head, 0), seen, known.q.matrix(head, from), count, p);
        products.rowsByRows(known.v.matrix(head, 0), seen, g, count, slopes);
        long lse = grads.row(keys);
        Lanes.copy(known.lse + (head * queries + from) * Float.BYTES, lse, count * Float.BYTES);
        AttentionColumns.differentiate(new AttentionColumns.Backward(
                new Scores(p.address(), width, seen, from, count, sight),
                slopes.address(),
                lse,
                grads.row(keys + 1),
                g,
                known.out.matrix(head, from)));
    }

    /** Sums rows over the queries that see each key of a block. */
    private void gather(long head, long from, Matrix weights, Heads rows, Heads result) {
        long seen = HeadAttention.seen(sight, keys, queries);
        long count = sight.causal() ? Math.min(block, seen - from) : seen;
        long first = sight.causal() ? from : 0;
        Matrix seeing = new Matrix(weights.row(from) + first * Float.BYTES, width, queries - first);
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
