package dev.lockstep.backend.cpu.onednn;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.ShapeRules;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.ValueSpec;
import dev.lockstep.backend.cpu.kernel.AttentionRows;
import dev.lockstep.backend.cpu.kernel.AttentionRows.Matrix;
import dev.lockstep.backend.cpu.kernel.AttentionRows.Scores;
import dev.lockstep.backend.op.Contraction.Attention;
import dev.lockstep.backend.op.Contraction.AttentionGrad;
import dev.lockstep.backend.op.Elementwise.Copy;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.device.Storage;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Attention of f32 values, one head of one sequence after the other: the scores of a head stay in the second-level
 * cache between the products that make and use them. Query, key and value are read in place where their last axis has
 * stride 1, as in a packed projection. A sequence's bits do not depend on the batch, since each head has products of
 * its own. Thread-safe.
 */
public final class Attentions {
    private final Backend backend;
    private final MemoryPool pool;

    /** Makes the attention of a backend, which copies what oneDNN cannot read in place. */
    public Attentions(Backend backend) {
        this.backend = backend;
        this.pool = backend.memory();
    }

    /** A [B, H, T, D] value whose rows have stride 1. */
    private record Heads(Value value) implements AutoCloseable {
        long row() {
            return value.layout().stride(2);
        }

        Matrix matrix(long batch, long head) {
            Layout layout = value.layout();
            long offset = batch * layout.stride(0) + head * layout.stride(1);
            return new Matrix(
                    value.address() + offset * Float.BYTES,
                    row(),
                    layout.shape().size(3));
        }

        @Override
        public void close() {
            value.close();
        }
    }

    private Heads heads(Value value) {
        Layout layout = value.layout();
        boolean inPlace =
                layout.stride(3) == 1 && layout.stride(2) >= layout.shape().size(3);
        return new Heads(inPlace ? value.alias() : backend.execute(new Copy(Copy.Order.CONTIGUOUS), value)[0]);
    }

    private static boolean areFloats(int count, Value... inputs) {
        if (inputs.length != count) {
            return false;
        }
        for (Value input : inputs) {
            if (input.dtype() != DType.F32 || input.shape().elements() == 0) {
                return false;
            }
        }
        return true;
    }

    private void multiply(Tile tile, Matrix left, Matrix right, Matrix result) {
        Session.current()
                .plan(tile, ProductPlan.class, ProductPlan::of)
                .run(pool, left.address(), right.address(), 0, result.address());
    }

    /** Computes (q, k, v) to (out, lse), or returns null where they are no f32 values. */
    public Value @Nullable [] forward(Attention op, Value... inputs) {
        if (!areFloats(3, inputs)) {
            return null;
        }
        List<ValueSpec> specs = ShapeRules.outputs(op, ValueSpec.of(inputs));
        long queries = inputs[0].shape().size(2);
        long keys = inputs[1].shape().size(2);
        try (Heads q = heads(inputs[0]);
                Heads k = heads(inputs[1]);
                Heads v = heads(inputs[2])) {
            Heads out = new Heads(specs.get(0).allocate(pool));
            Value lse = specs.get(1).allocate(pool);
            Storage scratch = pool.allocate(queries * (keys + 1) * Float.BYTES);
            Matrix scores = new Matrix(scratch.address(), keys, keys);
            long sums = scratch.address() + queries * keys * Float.BYTES;
            for (long i = 0; i < lse.shape().elements() / queries; i++) {
                Matrix y = head(out, i);
                score(q, k, i, scores);
                var rows = new AttentionRows.Forward(
                        scores(scores, queries, op.scale(), op.causal()),
                        lse.address() + i * queries * Float.BYTES,
                        sums,
                        y);
                AttentionRows.exponentiate(rows);
                weigh(scores, queries, v, i, y);
                AttentionRows.divide(rows);
            }
            scratch.release();
            return new Value[] {out.value(), lse};
        }
    }

    private static Scores scores(Matrix scores, long queries, double scale, boolean causal) {
        return new Scores(scores.address(), queries, scores.width(), (float) scale, causal);
    }

    private static Matrix head(Heads heads, long i) {
        long count = heads.value().shape().size(1);
        return heads.matrix(i / count, i % count);
    }

    /** Multiplies rows by rows: {@code [T, D] x [S, D]^T}. */
    private void score(Heads rows, Heads columns, long i, Matrix result) {
        long width = rows.value().shape().size(3);
        Tile tile = new Tile(
                rows.value().shape().size(2),
                width,
                result.width(),
                Tile.rows(rows.row()),
                Tile.transposed(columns.row()),
                result.step());
        multiply(tile, head(rows, i), head(columns, i), result);
    }

    /** Weighs values: {@code [T, S] x [S, D]}. */
    private void weigh(Matrix weights, long queries, Heads values, long i, Matrix result) {
        Tile tile = new Tile(
                queries,
                weights.width(),
                result.width(),
                Tile.rows(weights.step()),
                Tile.rows(values.row()),
                result.step());
        multiply(tile, weights, head(values, i), result);
    }

    /** Sums over queries: {@code [T, S]^T x [T, D]}. */
    private void gather(Matrix weights, Heads rows, long i, Matrix result) {
        Tile tile = new Tile(
                weights.width(),
                rows.value().shape().size(2),
                result.width(),
                Tile.transposed(weights.step()),
                Tile.rows(rows.row()),
                result.step());
        multiply(tile, weights, head(rows, i), result);
    }

    /** Computes (g, q, k, v, out, lse) to (dq, dk, dv), or returns null where they are no f32 values. */
    public Value @Nullable [] backward(AttentionGrad op, Value... inputs) {
        if (!areFloats(6, inputs)) {
            return null;
        }
        List<ValueSpec> specs = ShapeRules.outputs(op, ValueSpec.of(inputs));
        long queries = inputs[1].shape().size(2);
        long keys = inputs[2].shape().size(2);
        try (Heads g = heads(inputs[0]);
                Heads q = heads(inputs[1]);
                Heads k = heads(inputs[2]);
                Heads v = heads(inputs[3]);
                Heads out = heads(inputs[4]);
                Value lse = contiguous(inputs[5])) {
            Heads dq = new Heads(specs.get(0).allocate(pool));
            Heads dk = new Heads(specs.get(1).allocate(pool));
            Heads dv = new Heads(specs.get(2).allocate(pool));
            Storage scratch = pool.allocate(2 * queries * keys * Float.BYTES);
            Matrix weights = new Matrix(scratch.address(), keys, keys);
            Matrix grads = new Matrix(scratch.address() + queries * keys * Float.BYTES, keys, keys);
            for (long i = 0; i < lse.shape().elements() / queries; i++) {
                score(q, k, i, weights);
                score(g, v, i, grads);
                var rows = new AttentionRows.Backward(
                        scores(weights, queries, op.scale(), op.causal()),
                        lse.address() + i * queries * Float.BYTES,
                        grads.address(),
                        head(g, i),
                        head(out, i));
                AttentionRows.weights(rows);
                gather(weights, g, i, head(dv, i));
                AttentionRows.scoreGradients(rows);
                weigh(grads, queries, k, i, head(dq, i));
                gather(grads, q, i, head(dk, i));
            }
            scratch.release();
            return new Value[] {dq.value(), dk.value(), dv.value()};
        }
    }

    private Value contiguous(Value value) {
        return value.layout().isContiguous()
                ? value.alias()
                : backend.execute(new Copy(Copy.Order.CONTIGUOUS), value)[0];
    }
}
