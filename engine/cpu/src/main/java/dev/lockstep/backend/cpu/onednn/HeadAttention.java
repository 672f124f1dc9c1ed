package dev.lockstep.backend.cpu.onednn;

import dev.lockstep.backend.cpu.kernel.AttentionColumns;
import dev.lockstep.backend.cpu.kernel.AttentionColumns.Matrix;
import dev.lockstep.backend.cpu.kernel.AttentionColumns.Scores;
import dev.lockstep.backend.cpu.kernel.AttentionColumns.Sight;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.device.Storage;

/**
 * Attention, one head of one sequence after the other, so that a sequence's bits do not depend on the batch, and a
 * head's scores stay in the second-level cache between the products that make and use them.
 *
 * <p>Note [Blocks of queries]: a causal mask hides almost half of the scores. Queries are taken {@link #BLOCK} at a
 * time, and a block is multiplied by the keys that its last query sees only; what is hidden inside a block costs as
 * much as it would to skip it, since small products run slower.
 */
record HeadAttention(MemoryPool pool, Sight sight, Heads q, Heads k, Heads v) {
    /** How many queries, or keys, are taken at a time where the mask is causal. */
    static final long BLOCK = 64;

    /** {@return the size of a block of a sequence} */
    static long block(Sight sight, long places) {
        return sight.causal() ? Math.min(BLOCK, places) : places;
    }

    /** {@return a count rounded up to whole vectors} */
    static long padded(long queries) {
        return (queries + AttentionColumns.LANES - 1) / AttentionColumns.LANES * AttentionColumns.LANES;
    }

    /** {@return how many keys some query before {@code end} sees} */
    static long seen(Sight sight, long keys, long end) {
        return sight.causal() ? Math.min(keys, end) : keys;
    }

    /** Writes out and {@code log(sum(exp(scores)))} of each query. */
    void run(Heads out, long lse) {
        long width = padded(block(sight, q.places()));
        Storage scratch = pool.allocate((k.places() + 2) * width * Float.BYTES);
        for (long head = 0; head < q.count(); head++) {
            for (long from = 0; from < q.places(); from += width) {
                long queries = Math.min(width, q.places() - from);
                long seen = seen(sight, k.places(), from + queries);
                Scores scores = new Scores(scratch.address(), width, seen, from, queries, sight);
                attend(scores, head, out.matrix(head, from), lse + (head * q.places() + from) * Float.BYTES);
            }
        }
        scratch.release();
    }

    private void attend(Scores scores, long head, Matrix out, long lse) {
        HeadProducts products = new HeadProducts(pool);
        Matrix weights = new Matrix(scores.address(), scores.step(), scores.queries());
        products.rowsByRows(
                k.matrix(head, 0), scores.keys(), q.matrix(head, scores.first()), scores.queries(), weights);
        long largest = scores.address() + k.places() * scores.step() * Float.BYTES;
        var columns = new AttentionColumns.Forward(scores, largest, largest + scores.step() * Float.BYTES, out);
        AttentionColumns.exponentiate(columns);
        products.weighByColumns(weights, scores.queries(), v.matrix(head, 0), scores.keys(), out);
        AttentionColumns.divide(columns);
        AttentionColumns.logSums(columns, lse);
    }
}
