package dev.lockstep.autograd;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Axes;
import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Contraction;
import dev.lockstep.backend.op.Contraction.Attention;
import dev.lockstep.backend.op.Contraction.AttentionGrad;
import dev.lockstep.backend.op.Contraction.Linear;
import dev.lockstep.backend.op.Contraction.Matmul;
import dev.lockstep.backend.op.Contraction.RoundedProduct;
import dev.lockstep.backend.op.Contraction.SelfAttention;
import dev.lockstep.backend.op.Contraction.SelfAttentionGrad;
import dev.lockstep.backend.op.Creation;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.backend.op.Reduction;
import dev.lockstep.backend.op.Shaping.Concat;
import dev.lockstep.backend.op.Shaping.Narrow;
import dev.lockstep.backend.op.Shaping.Permute;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The gradients of products: products with the other operand, transposed. */
final class ContractionGradients {
    private static final long QUERY_KEY_VALUE = 0b111;
    private static final long OUT_AND_LSE = 0b11;

    private ContractionGradients() {}

    static Rule rule(Contraction op) {
        return switch (op) {
            case Matmul product -> Rule.of(3, d -> matmul(d, product));
            case Linear linear -> Rule.of(3, d -> linear(d, linear.hasBias(), new Matmul()));
            case RoundedProduct rounded -> rounded(rounded);
            case Attention attention ->
                new Rule(QUERY_KEY_VALUE, OUT_AND_LSE, 1, d -> attention(d, attention.scale(), attention.causal()));
            case SelfAttention attention ->
                new Rule(1, OUT_AND_LSE, 1, d -> selfAttention(d, attention.scale(), attention.causal()));
            case AttentionGrad _, SelfAttentionGrad _ -> Rule.unsupported();
        };
    }

    /** The gradient's products round their factors too, since that is what makes them fast. */
    private static Rule rounded(RoundedProduct op) {
        RoundedProduct matmul = new RoundedProduct(new Matmul(), op.factors());
        return op.product() instanceof Linear linear
                ? Rule.of(3, d -> linear(d, linear.hasBias(), matmul))
                : Rule.of(3, d -> matmul(d, matmul));
    }

    private static @Nullable Value[] attention(Derivation d, double scale, boolean causal) {
        if (d.isRecording()) {
            return recordedAttention(d, scale, causal);
        }
        AttentionGrad op = new AttentionGrad(scale, causal);
        return d.runAll(op, d.gradient(), d.input(0), d.input(1), d.input(2), d.output(0), d.output(1));
    }

    private static @Nullable Value[] selfAttention(Derivation d, double scale, boolean causal) {
        if (d.isRecording()) {
            return new @Nullable Value[] {recordedSelfAttention(d, scale, causal)};
        }
        return d.runAll(new SelfAttentionGrad(scale, causal), d.gradient(), d.input(0), d.output(0), d.output(1));
    }

    private static @Nullable Value[] recordedAttention(Derivation d, double scale, boolean causal) {
        return chain(d, List.of(d.gradient(), d.input(0), d.input(1), d.input(2)), scale, causal);
    }

    /** Takes [N, T, 3, H, D] apart, and puts the three gradients together again. */
    private static Value recordedSelfAttention(Derivation d, double scale, boolean causal) {
        Shape shape = d.inputShape(0);
        Shape one = Shape.of(shape.size(0), shape.size(1), shape.size(3), shape.size(4));
        Permute swap = new Permute(List.of(0, 2, 1, 3));
        List<Value> operands = new ArrayList<>(List.of(d.run(swap, d.gradient())));
        for (int part = 0; part < 3; part++) {
            Value piece = d.run(new Narrow(2, part, 1, 1), d.input(0));
            operands.add(d.run(swap, d.reshape(piece, one)));
        }
        @Nullable Value[] gradients = chain(d, operands, scale, causal);
        Value[] pieces = new Value[gradients.length];
        for (int part = 0; part < pieces.length; part++) {
            Value gradient = gradients[part];
            if (gradient == null) {
                throw new AssertionError("the chain gives all three");
            }
            pieces[part] = d.reshape(d.run(swap, gradient), shape.with(2, 1));
        }
        return d.run(new Concat(2), pieces);
    }

    /** The textbook's chain: {@code P = softmax(s q k^T); dS = P (dP - sum(dP P))}, of (g, q, k, v). */
    private static @Nullable Value[] chain(Derivation d, List<Value> operands, double scale, boolean causal) {
        Value g = operands.get(0);
        Value q = operands.get(1);
        Value k = operands.get(2);
        Value scores = d.mul(d.run(new Matmul(), q, transposed(d, k)), scale);
        Value p = d.run(new Reduction.Softmax(scores.shape().rank() - 1, false), causal ? hidden(d, scores) : scores);
        Value dp = d.run(new Matmul(), g, transposed(d, operands.get(3)));
        Axes last = Axes.of(scores.shape().rank() - 1);
        Value ds = d.mul(d.mul(p, d.sub(dp, d.sum(d.mul(dp, p), last, true))), scale);
        Value dq = d.run(new Matmul(), ds, k);
        Value dk = d.run(new Matmul(), transposed(d, ds), q);
        return new @Nullable Value[] {dq, dk, d.run(new Matmul(), transposed(d, p), g)};
    }

    /** Hides keys behind the place of their query. */
    private static Value hidden(Derivation d, Value scores) {
        Value queries = d.run(new Creation.Arange(scores.shape().size(-2), DType.I64, 0, 1));
        Value keys = d.run(new Creation.Arange(scores.shape().size(-1), DType.I64, 0, 1));
        Value column = d.reshape(queries, Shape.of(scores.shape().size(-2), 1));
        Value never = d.run(new Creation.Full(Shape.of(), scores.dtype(), Double.NEGATIVE_INFINITY));
        return d.run(new Elementwise.Where(), d.binary(BinaryKind.GT, keys, column), never, scores);
    }

    private static @Nullable Value[] matmul(Derivation d, Contraction product) {
        Value g = d.gradient(); // [..., M, N]
        Value a = d.needs(0) ? d.sumTo(d.run(product, g, transposed(d, d.input(1))), d.inputShape(0)) : null;
        return new @Nullable Value[] {a, d.needs(1) ? right(d, product, g) : null};
    }

    /** A matrix that every batch shared takes one product over all rows, not a sum of products. */
    private static Value right(Derivation d, Contraction product, Value g) {
        Shape shape = d.inputShape(1);
        if (shape.rank() == 2) {
            return d.product(1, product, transposed(d, rows(d, d.input(0))), rows(d, g)); // [K, rows] x [rows, N]
        }
        return d.sumTo(d.run(product, transposed(d, d.input(0)), g), shape);
    }

    private static @Nullable Value[] linear(Derivation d, boolean hasBias, Contraction product) {
        Value g = rows(d, d.gradient()); // [rows, out]
        Value x = d.needs(0) ? d.reshape(d.run(product, g, d.input(1)), d.inputShape(0)) : null;
        Value weight = d.needs(1) ? d.product(1, product, transposed(d, g), rows(d, d.input(0))) : null;
        if (!hasBias) {
            return new @Nullable Value[] {x, weight};
        }
        Value bias = d.needs(2) ? d.sum(g, Axes.of(0), false) : null;
        return new @Nullable Value[] {x, weight, bias};
    }

    /** Sees [..., M, N] as [rows, N]. */
    private static Value rows(Derivation d, Value x) {
        long columns = x.shape().size(-1);
        long rows = x.shape().with(-1, 1).elements();
        return d.reshape(x, Shape.of(rows, columns));
    }

    private static Value transposed(Derivation d, Value x) {
        int rank = x.shape().rank();
        List<Integer> order = new ArrayList<>();
        for (int axis = 0; axis < rank - 2; axis++) {
            order.add(axis);
        }
        order.add(rank - 1);
        order.add(rank - 2);
        return d.run(new Permute(order), x);
    }
}
