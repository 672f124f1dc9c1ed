package dev.lockstep.autograd;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Axes;
import dev.lockstep.backend.op.Contraction;
import dev.lockstep.backend.op.Contraction.Attention;
import dev.lockstep.backend.op.Contraction.AttentionGrad;
import dev.lockstep.backend.op.Contraction.Linear;
import dev.lockstep.backend.op.Contraction.Matmul;
import dev.lockstep.backend.op.Contraction.SelfAttention;
import dev.lockstep.backend.op.Contraction.SelfAttentionGrad;
import dev.lockstep.backend.op.Shaping.Permute;
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
            case Matmul product -> Rule.of(3, ContractionGradients::matmul);
            case Linear linear -> Rule.of(3, d -> linear(d, linear.hasBias()));
            case Attention attention ->
                new Rule(QUERY_KEY_VALUE, OUT_AND_LSE, 1, d -> attention(d, attention.scale(), attention.causal()));
            case SelfAttention attention ->
                new Rule(1, OUT_AND_LSE, 1, d -> selfAttention(d, attention.scale(), attention.causal()));
            case AttentionGrad _, SelfAttentionGrad _ -> Rule.unsupported();
        };
    }

    private static @Nullable Value[] attention(Derivation d, double scale, boolean causal) {
        AttentionGrad op = new AttentionGrad(scale, causal);
        return d.runAll(op, d.gradient(), d.input(0), d.input(1), d.input(2), d.output(0), d.output(1));
    }

    private static @Nullable Value[] selfAttention(Derivation d, double scale, boolean causal) {
        return d.runAll(new SelfAttentionGrad(scale, causal), d.gradient(), d.input(0), d.output(0), d.output(1));
    }

    private static @Nullable Value[] matmul(Derivation d) {
        Value g = d.gradient(); // [..., M, N]
        Value a = d.needs(0) ? d.sumTo(d.run(new Matmul(), g, transposed(d, d.input(1))), d.inputShape(0)) : null;
        return new @Nullable Value[] {a, d.needs(1) ? right(d, g) : null};
    }

    /** A matrix that every batch shared takes one product over all rows, not a sum of products. */
    private static Value right(Derivation d, Value g) {
        Shape shape = d.inputShape(1);
        if (shape.rank() == 2) {
            return d.run(new Matmul(), transposed(d, rows(d, d.input(0))), rows(d, g)); // [K, rows] x [rows, N]
        }
        return d.sumTo(d.run(new Matmul(), transposed(d, d.input(0)), g), shape);
    }

    private static @Nullable Value[] linear(Derivation d, boolean hasBias) {
        Value g = rows(d, d.gradient()); // [rows, out]
        Value x = d.needs(0) ? d.reshape(d.run(new Matmul(), g, d.input(1)), d.inputShape(0)) : null;
        Value weight = d.needs(1) ? d.run(new Matmul(), transposed(d, g), rows(d, d.input(0))) : null;
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
