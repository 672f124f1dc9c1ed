package dev.lockstep.backend.cpu.onednn;

import dev.lockstep.backend.cpu.kernel.AttentionColumns.Matrix;
import dev.lockstep.device.MemoryPool;

/** The products of attention, between matrices that lie inside larger tensors. Confined to its thread. */
record HeadProducts(MemoryPool pool) {
    /** Multiplies rows by rows: {@code result [m, n] = left [m, width] x right [n, width]^T}. */
    void rowsByRows(Matrix left, long m, Matrix right, long n, Matrix result) {
        run(
                new Tile(m, left.width(), n, Tile.rows(left.step()), Tile.transposed(right.step()), result.step()),
                left,
                right,
                result);
    }

    /** Weighs rows: {@code result [m, width] = weights [m, n] x rows [n, width]}. */
    void weigh(Matrix weights, long m, Matrix rows, long n, Matrix result) {
        run(
                new Tile(m, n, rows.width(), Tile.rows(weights.step()), Tile.rows(rows.step()), result.step()),
                weights,
                rows,
                result);
    }

    /** Weighs rows by columns: {@code result [m, width] = weights [n, m]^T x rows [n, width]}. */
    void weighByColumns(Matrix weights, long m, Matrix rows, long n, Matrix result) {
        run(
                new Tile(m, n, rows.width(), Tile.transposed(weights.step()), Tile.rows(rows.step()), result.step()),
                weights,
                rows,
                result);
    }

    private void run(Tile tile, Matrix left, Matrix right, Matrix result) {
        Session.current()
                .plan(tile, ProductPlan.class, ProductPlan::of)
                .run(pool, left.address(), right.address(), 0, result.address());
    }
}
