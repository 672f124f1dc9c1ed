package dev.lockstep.autograd;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Axes;
import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Contraction.AttentionGrad;
import dev.lockstep.backend.op.Contraction.Matmul;
import dev.lockstep.backend.op.Contraction.SelfAttentionGrad;
import dev.lockstep.backend.op.Creation;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.ReduceKind;
import dev.lockstep.backend.op.Reduction;
import dev.lockstep.backend.op.Shaping.Concat;
import dev.lockstep.backend.op.Shaping.Narrow;
import dev.lockstep.backend.op.Shaping.Permute;
import dev.lockstep.backend.op.Weighing;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The gradients of attention: one op, or the textbook's chain where they are differentiated in turn. A mask has none.
 */
final class AttentionGradients {
    private static final long QUERY_KEY_VALUE_MASK = 0b1111;
    private static final long PACKED_MASK = 0b11;
    private static final long OUT_AND_LSE = 0b11;
    private static final Permute SWAP = new Permute(List.of(0, 2, 1, 3));
    private static final Permute TURN = new Permute(List.of(0, 1, 3, 2));

    private final Derivation d;
    private final Weighing weighing;
    private final UnaryOperator<Op> precision;

    private AttentionGradients(Derivation d, Weighing weighing, UnaryOperator<Op> precision) {
        this.d = d;
        this.weighing = weighing;
        this.precision = precision;
    }

    /** The rule of attention whose products, and those of its gradients, have a precision. */
    static Rule attention(Weighing weighing, UnaryOperator<Op> precision) {
        return new Rule(
                QUERY_KEY_VALUE_MASK,
                OUT_AND_LSE,
                1,
                d -> new AttentionGradients(d, weighing, precision).ofQueryKeyValue());
    }

    /** The rule of attention of a packed sequence to itself. */
    static Rule selfAttention(Weighing weighing, UnaryOperator<Op> precision) {
        return new Rule(PACKED_MASK, OUT_AND_LSE, 1, d -> new AttentionGradients(d, weighing, precision).ofPacked());
    }

    private @Nullable Value[] ofQueryKeyValue() {
        List<Value> operands = new ArrayList<>(List.of(d.gradient(), d.input(0), d.input(1), d.input(2)));
        if (d.isRecording()) {
            return withMask(chain(operands));
        }
        operands.addAll(List.of(d.output(0), d.output(1)));
        return withMask(run(new AttentionGrad(weighing), operands));
    }

    private @Nullable Value[] ofPacked() {
        if (d.isRecording()) {
            return withMask(recordedPacked());
        }
        List<Value> operands = new ArrayList<>(List.of(d.gradient(), d.input(0), d.output(0), d.output(1)));
        return withMask(run(new SelfAttentionGrad(weighing), operands));
    }

    private Value[] run(Op gradient, List<Value> operands) {
        if (weighing.hasMask()) {
            operands.add(mask());
        }
        return d.runAll(precision.apply(gradient), operands.toArray(Value[]::new));
    }

    private Value mask() {
        return d.input(d.inputCount() - 1);
    }

    private @Nullable Value[] withMask(Value... gradients) {
        @Nullable Value[] all = new @Nullable Value[d.inputCount()];
        System.arraycopy(gradients, 0, all, 0, gradients.length);
        return all;
    }

    /** Takes [N, T, 3, H, D] apart, and puts the three gradients together again. */
    private Value recordedPacked() {
        Shape shape = d.inputShape(0);
        Shape one = Shape.of(shape.size(0), shape.size(1), shape.size(3), shape.size(4));
        List<Value> operands = new ArrayList<>(List.of(d.run(SWAP, d.gradient())));
        for (int part = 0; part < 3; part++) {
            Value piece = d.run(new Narrow(2, part, 1, 1), d.input(0));
            operands.add(d.run(SWAP, d.reshape(piece, one)));
        }
        Value[] pieces = chain(operands);
        for (int part = 0; part < pieces.length; part++) {
            pieces[part] = d.reshape(d.run(SWAP, pieces[part]), shape.with(2, 1));
        }
        return d.run(new Concat(2), pieces);
    }

    /** {@code P = softmax(s q k^T); dS = P (M dP - sum(M dP P))}, of (g, q, k, v), with what dropout keeps in M. */
    private Value[] chain(List<Value> operands) {
        Value g = operands.get(0);
        Value q = operands.get(1);
        Value k = operands.get(2);
        Value p = weights(d.mul(product(q, turned(k)), weighing.scale()));
        Value dp = dropped(product(g, turned(operands.get(3))));
        Axes last = Axes.of(p.shape().rank() - 1);
        Value ds = d.mul(d.mul(p, d.sub(dp, d.sum(d.mul(dp, p), last, true))), weighing.scale());
        return new Value[] {product(ds, k), product(turned(ds), q), product(turned(dropped(p)), g)};
    }

    private Value product(Value left, Value right) {
        return d.run(precision.apply(new Matmul()), left, right);
    }

    private Value turned(Value x) {
        return d.run(TURN, x);
    }

    private Value dropped(Value weights) {
        return weighing.dropout().map(dropout -> d.run(dropout, weights)).orElse(weights);
    }

    /** Softmax over what is seen; a query that sees nothing has weights of zero. */
    private Value weights(Value products) {
        Value scores = masked(products);
        int last = scores.shape().rank() - 1;
        Reduction.Softmax softmax = new Reduction.Softmax(last, false);
        if (!weighing.hasMask()) {
            return d.run(softmax, scores);
        }
        Value largest = d.run(new Reduction.Reduce(ReduceKind.AMAX, Axes.of(last), true), scores);
        Value blind = d.scalar(BinaryKind.EQ, largest, Double.NEGATIVE_INFINITY);
        Value zero = d.zero(scores.dtype());
        Value weights = d.run(softmax, d.run(new Elementwise.Where(), blind, zero, scores));
        return d.run(new Elementwise.Where(), blind, zero, weights);
    }

    private Value masked(Value products) {
        Value scores = weighing.causal() ? hidden(products) : products;
        if (!weighing.hasMask()) {
            return scores;
        }
        return mask().dtype() == DType.BOOL
                ? d.run(new Elementwise.Where(), mask(), scores, never(scores))
                : d.add(scores, mask());
    }

    /** Hides keys behind the place of their query. */
    private Value hidden(Value scores) {
        Value queries = d.run(new Creation.Arange(scores.shape().size(-2), DType.I64, 0, 1));
        Value keys = d.run(new Creation.Arange(scores.shape().size(-1), DType.I64, 0, 1));
        Value column = d.reshape(queries, Shape.of(scores.shape().size(-2), 1));
        return d.run(new Elementwise.Where(), d.binary(BinaryKind.GT, keys, column), never(scores), scores);
    }

    private Value never(Value scores) {
        return d.run(new Creation.Full(Shape.of(), scores.dtype(), Double.NEGATIVE_INFINITY));
    }
}
