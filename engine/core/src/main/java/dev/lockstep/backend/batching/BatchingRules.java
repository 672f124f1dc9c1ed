package dev.lockstep.backend.batching;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Axes;
import dev.lockstep.backend.op.Contraction;
import dev.lockstep.backend.op.Contraction.RoundedProduct;
import dev.lockstep.backend.op.Convolution;
import dev.lockstep.backend.op.Indexing;
import dev.lockstep.backend.op.Loss;
import dev.lockstep.backend.op.Normalization;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.Recurrence;
import dev.lockstep.backend.op.Reduction;
import dev.lockstep.backend.op.Shaping;
import dev.lockstep.layout.Shape;
import java.util.BitSet;
import java.util.Optional;

/**
 * Knows which ops keep the rows of their first axis apart, so that one call may take the rows of all lanes: what a
 * vectorizing map calls batching rules. Elementwise ops have a rule of their own.
 *
 * @param op what runs on the rows of all lanes
 * @param rows which inputs are rows; the others have to be the same in all lanes
 */
record BatchingRules(Op op, BitSet rows) {
    /** {@return how an op runs on the rows of all lanes, if it can} The values are those of one lane. */
    static Optional<BatchingRules> of(Op op, int lanes, Value... in) {
        return switch (op) {
            case RoundedProduct(Op product, var factors) ->
                of(product, lanes, in).map(rule -> new BatchingRules(new RoundedProduct(rule.op, factors), rule.rows));
            case Contraction contraction -> ofProduct(contraction, in);
            case Convolution convolution -> ofImages(convolution, lanes, in);
            case Reduction reduction -> when(isAlongRows(reduction, in[0].shape()), op, all(in));
            case Normalization.LayerNorm(int axes, var _) ->
                when(axes < in[0].shape().rank(), op, first(1));
            case Loss _ -> Optional.of(new BatchingRules(op, all(in)));
            case Indexing indexing -> ofIndexes(indexing, in);
            case Recurrence.LstmCell _, Recurrence.LstmCellGrad _ -> Optional.of(new BatchingRules(op, all(in)));
            case Shaping.Concat(int axis) -> when(axis > 0, op, all(in));
            case Shaping.NarrowGrad(Shape shape, int axis, long start, long step) ->
                when(axis > 0, new Shaping.NarrowGrad(longer(shape, lanes), axis, start, step), all(in));
            default -> Optional.empty();
        };
    }

    private static Optional<BatchingRules> ofProduct(Contraction op, Value... in) {
        return switch (op) {
            case Contraction.Linear _ -> when(in[0].shape().rank() > 1, op, first(1));
            case Contraction.Matmul _ -> {
                int left = in[0].shape().rank();
                int right = in[1].shape().rank();
                yield when(left > 1 && right > 1 && (right == 2 || left == right), op, first(right == 2 ? 1 : 2));
            }
            case Contraction.Attention(var weighing) ->
                when(weighing.dropout().isEmpty() && !weighing.hasMask(), op, all(in));
            case Contraction.AttentionGrad(var weighing) ->
                when(weighing.dropout().isEmpty() && !weighing.hasMask(), op, all(in));
            case Contraction.SelfAttention(var weighing) ->
                when(weighing.dropout().isEmpty() && !weighing.hasMask(), op, all(in));
            case Contraction.SelfAttentionGrad(var weighing) ->
                when(weighing.dropout().isEmpty() && !weighing.hasMask(), op, all(in));
            case Contraction.ProductSum _, RoundedProduct _ -> Optional.empty();
        };
    }

    private static Optional<BatchingRules> ofImages(Convolution op, int lanes, Value... in) {
        return switch (op) {
            case Convolution.Conv2d _ -> Optional.of(new BatchingRules(op, first(1)));
            case Convolution.Conv2dInputGrad(var window, int groups, Shape shape) ->
                Optional.of(new BatchingRules(
                        new Convolution.Conv2dInputGrad(window, groups, longer(shape, lanes)), first(1)));
            case Convolution.MaxPool2d _, Convolution.AvgPool2d _ -> Optional.of(new BatchingRules(op, all(in)));
            case Convolution.MaxPool2dGrad(var window, Shape shape) ->
                Optional.of(new BatchingRules(new Convolution.MaxPool2dGrad(window, longer(shape, lanes)), all(in)));
            case Convolution.AvgPool2dGrad(var window, Shape shape) ->
                Optional.of(new BatchingRules(new Convolution.AvgPool2dGrad(window, longer(shape, lanes)), all(in)));
            case Convolution.Conv2dWeightGrad _ -> Optional.empty(); // A sum over rows.
        };
    }

    private static boolean isAlongRows(Reduction op, Shape shape) {
        return shape.rank() > 0
                && switch (op) {
                    case Reduction.Reduce(var _, Axes axes, var _) -> !axes.contains(0);
                    case Reduction.ArgReduce(var _, int axis, var _) -> axis > 0;
                    case Reduction.Softmax(int axis, var _) -> axis > 0;
                    case Reduction.SoftmaxGrad(int axis, var _) -> axis > 0;
                    case Reduction.Scan(var _, int axis, var _) -> axis > 0;
                    case Reduction.Sort(int axis, var _) -> axis > 0;
                    case Reduction.ScanProductGrad _, Reduction.ProductGrad _ -> false;
                };
    }

    private static Optional<BatchingRules> ofIndexes(Indexing op, Value... in) {
        return switch (op) {
            case Indexing.Embedding _ -> when(in[1].shape().rank() > 0, op, only(1));
            case Indexing.IndexSelect(int axis) ->
                axis == 0 ? Optional.of(new BatchingRules(op, only(1))) : when(axis > 0, op, only(0));
            case Indexing.Gather(int axis) -> when(axis > 0, op, all(in));
            case Indexing.IndexSelectGrad _, Indexing.GatherGrad _, Indexing.Scatter _, Indexing.EmbeddingGrad _ ->
                Optional.empty();
        };
    }

    private static Optional<BatchingRules> when(boolean applies, Op op, BitSet rows) {
        return applies ? Optional.of(new BatchingRules(op, rows)) : Optional.empty();
    }

    private static Shape longer(Shape shape, int lanes) {
        return shape.with(0, lanes * shape.size(0));
    }

    private static BitSet all(Value... in) {
        return first(in.length);
    }

    private static BitSet first(int count) {
        BitSet rows = new BitSet();
        rows.set(0, count);
        return rows;
    }

    private static BitSet only(int input) {
        BitSet rows = new BitSet();
        rows.set(input);
        return rows;
    }
}
