package dev.lockstep.backend.cpu.onednn;

import dev.lockstep.backend.cpu.kernel.AttentionColumns;
import dev.lockstep.backend.cpu.kernel.AttentionColumns.Matrix;
import dev.lockstep.backend.cpu.kernel.AttentionColumns.Scores;
import dev.lockstep.device.Storage;

/**
 * Attention, one head of one sequence after the other, so that a sequence's bits do not depend on the batch, and a
 * head's scores stay in the second-level cache between the products that make and use them.
 *
 * @param q queries as factors of products, as keys and values are
 */
record HeadAttention(HeadWeighing weighing, Heads q, Heads k, Heads v) {
    /** Writes out and {@code log(sum(exp(scores)))} of each query. */
    void run(Heads out, long lse) {
        long width = weighing.block();
        long floats = (k.places() + 2) * width;
        Storage scratch = weighing.pool()
                .allocate(floats * Float.BYTES + weighing.factors().scratchBytes(k.places() * width));
        long halves = scratch.address() + floats * Float.BYTES;
        for (long head = 0; head < q.count(); head++) {
            for (long from = 0; from < q.places(); from += width) {
                long queries = Math.min(width, q.places() - from);
                long seen = weighing.seen(from + queries);
                Scores scores = new Scores(scratch.address(), width, seen, from, queries, weighing.sight());
                Block block =
                        new Block(head, halves, out.matrix(head, from), lse + (head * q.places() + from) * Float.BYTES);
                attend(scores, block);
            }
        }
        scratch.release();
    }

    /** A block of queries of a head, memory for its weights as factors, and where its results go. */
    private record Block(long head, long halves, Matrix out, long lse) {}

    private void attend(Scores products, Block block) {
        HeadProducts multiplying = new HeadProducts(weighing.pool());
        long queries = products.queries();
        Matrix weights = new Matrix(products.address(), products.step(), queries);
        multiplying.rowsByRows(
                k.matrix(block.head, 0), products.keys(), q.matrix(block.head, products.first()), queries, weights);
        Scores scores = weighing.masked(products, block.head);
        long largest = scores.address() + k.places() * scores.step() * Float.BYTES;
        var columns = new AttentionColumns.Forward(scores, largest, largest + scores.step() * Float.BYTES, block.out);
        AttentionColumns.exponentiate(columns);
        weighing.draw(scores, block.head);
        weighing.drop(scores, weights.address());
        Matrix factors = weighing.factors().round(weights, scores.keys(), block.halves);
        multiplying.weighByColumns(factors, queries, v.matrix(block.head, 0), scores.keys(), block.out);
        AttentionColumns.divide(columns);
        AttentionColumns.logSums(columns, block.lse);
    }
}
