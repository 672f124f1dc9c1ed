package dev.lockstep.backend.cpu.onednn;

import dev.lockstep.backend.cpu.kernel.AttentionColumns.Matrix;
import dev.lockstep.backend.cpu.onednn.Product.Strides;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.layout.DType;

/**
 * The products of attention, between matrices that lie inside larger tensors: both factors f32 or both bf16, results
 * f32. Confined to its thread.
 */
record HeadProducts(MemoryPool pool) {
    /** Multiplies rows by rows: {@code result [m, n] = left [m, width] x right [n, width]^T}. */
    void rowsByRows(Matrix left, long m, Matrix right, long n, Matrix result) {
        run(m, left.width(), n, new Operands(left, rows(left), right, columns(right), result));
    }

    /** Weighs rows: {@code result [m, width] = weights [m, n] x rows [n, width]}. */
    void weigh(Matrix weights, long m, Matrix rows, long n, Matrix result) {
        run(m, n, rows.width(), new Operands(weights, rows(weights), rows, rows(rows), result));
    }

    /** Weighs rows by columns: {@code result [m, width] = weights [n, m]^T x rows [n, width]}. */
    void weighByColumns(Matrix weights, long m, Matrix rows, long n, Matrix result) {
        run(m, n, rows.width(), new Operands(weights, columns(weights), rows, rows(rows), result));
    }

    /** Two matrices, how a product reads them, and where it goes. */
    private record Operands(Matrix left, Strides leftStrides, Matrix right, Strides rightStrides, Matrix result) {}

    private static Strides rows(Matrix matrix) {
        return new Strides(0, matrix.step(), 1);
    }

    /** Strides of a matrix that is read transposed. */
    private static Strides columns(Matrix matrix) {
        return new Strides(0, 1, matrix.step());
    }

    private void run(long m, long k, long n, Operands of) {
        DType factors = of.left.bytes() == Short.BYTES ? DType.BF16 : DType.F32;
        Tile tile = new Tile(m, k, n, of.leftStrides, of.rightStrides, of.result.step(), factors);
        Session.current()
                .plan(tile, ProductPlan.class, ProductPlan::of)
                .run(pool, of.left.address(), of.right.address(), 0, of.result.address());
    }
}
