package dev.lockstep.autograd;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Axes;
import dev.lockstep.backend.op.Contraction;
import dev.lockstep.backend.op.Contraction.Attention;
import dev.lockstep.backend.op.Contraction.AttentionGrad;
import dev.lockstep.backend.op.Contraction.Linear;
import dev.lockstep.backend.op.Contraction.Matmul;
import dev.lockstep.backend.op.Contraction.ProductSum;
import dev.lockstep.backend.op.Contraction.RoundedProduct;
import dev.lockstep.backend.op.Contraction.SelfAttention;
import dev.lockstep.backend.op.Contraction.SelfAttentionGrad;
import dev.lockstep.backend.op.Convolution;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.Shaping.Permute;
import dev.lockstep.backend.op.Weighing;
import dev.lockstep.layout.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The gradients of products: products with the other operand, transposed. */
final class ContractionGradients {
    private ContractionGradients() {}

    static Rule rule(Contraction op) {
        return op instanceof RoundedProduct rounded ? rounded(rounded) : rule(op, UnaryOperator.identity());
    }

    /** The gradient's products round their factors too, since that is what makes them fast. */
    private static Rule rounded(RoundedProduct op) {
        UnaryOperator<Op> precision = product -> new RoundedProduct(product, op.factors());
        return switch (op.product()) {
            case Contraction contraction -> rule(contraction, precision);
            case Convolution convolution -> ConvolutionGradients.rule(convolution, precision);
            default -> Rule.unsupported();
        };
    }

    private static Rule rule(Contraction op, UnaryOperator<Op> precision) {
        return switch (op) {
            case Matmul product -> Rule.of(3, d -> matmul(d, precision.apply(product)));
            case Linear linear -> Rule.of(3, d -> linear(d, linear.hasBias(), precision.apply(new Matmul())));
            case Attention(Weighing weighing) -> AttentionGradients.attention(weighing, precision);
            case SelfAttention(Weighing weighing) -> AttentionGradients.selfAttention(weighing, precision);
            case ProductSum _, AttentionGrad _, SelfAttentionGrad _, RoundedProduct _ -> Rule.unsupported();
        };
    }

    private static @Nullable Value[] matmul(Derivation d, Op product) {
        Value g = d.gradient(); // [..., M, N]
        Value a = d.needs(0) ? d.sumTo(d.run(product, g, transposed(d, d.input(1))), d.inputShape(0)) : null;
        return new @Nullable Value[] {a, d.needs(1) ? right(d, product, g) : null};
    }

    /** A matrix that every batch shared takes one product over all rows, not a sum of products. */
    private static @Nullable Value right(Derivation d, Op product, Value g) {
        Shape shape = d.inputShape(1);
        if (shape.rank() == 2) {
            return d.product(1, product, transposed(d, rows(d, d.input(0))), rows(d, g)); // [K, rows] x [rows, N]
        }
        return d.sumTo(d.run(product, transposed(d, d.input(0)), g), shape);
    }

    private static @Nullable Value[] linear(Derivation d, boolean hasBias, Op product) {
        Value g = rows(d, d.gradient()); // [rows, out]
        Value x = d.needs(0) ? d.reshape(d.run(product, g, d.input(1)), d.inputShape(0)) : null;
        @Nullable Value weight = d.needs(1) ? d.product(1, product, transposed(d, g), rows(d, d.input(0))) : null;
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
