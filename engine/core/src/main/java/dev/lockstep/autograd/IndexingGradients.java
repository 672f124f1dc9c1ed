package dev.lockstep.autograd;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Creation;
import dev.lockstep.backend.op.Indexing;
import dev.lockstep.backend.op.Indexing.Embedding;
import dev.lockstep.backend.op.Indexing.EmbeddingGrad;
import dev.lockstep.backend.op.Indexing.Gather;
import dev.lockstep.backend.op.Indexing.GatherGrad;
import dev.lockstep.backend.op.Indexing.IndexSelect;
import dev.lockstep.backend.op.Indexing.IndexSelectGrad;
import dev.lockstep.backend.op.Indexing.Scatter;
import dev.lockstep.backend.op.Op;
import dev.lockstep.layout.Shape;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** The gradients of reads by index: g, summed to where it was read; and of those sums: a read. */
final class IndexingGradients {
    private static final long INDEX = 0b10;
    private static final long NO_PADDING = -1;

    private IndexingGradients() {}

    static Rule rule(Indexing op) {
        return switch (op) {
            case IndexSelect read -> byIndex(shape -> new IndexSelectGrad(shape, read.axis()));
            case Gather read -> byIndex(shape -> new GatherGrad(shape, read.axis()));
            case Scatter write -> Rule.of(INDEX, d -> scatter(d, write));
            case Embedding read -> byIndex(shape -> new EmbeddingGrad(shape.size(0), NO_PADDING));
            case IndexSelectGrad sum -> byIndex(shape -> new IndexSelect(sum.axis()));
            case GatherGrad sum -> byIndex(shape -> new Gather(sum.axis()));
            case EmbeddingGrad sum ->
                Rule.of(INDEX, d -> new @Nullable Value[] {embedded(d, sum.paddingIndex()), null});
        };
    }

    /** What was written over has no gradient; what was written has that of its place. */
    private static @Nullable Value[] scatter(Derivation d, Scatter op) {
        Value index = d.input(1);
        Value none = d.run(new Creation.Full(d.inputShape(2), d.inputType(2), 0));
        Value over = d.needs(0) ? d.run(op, d.gradient(), index, none) : null;
        return new @Nullable Value[] {over, null, d.needs(2) ? d.run(new Gather(op.axis()), d.gradient(), index) : null
        };
    }

    /** Reads back what was summed; of the row of the padding nothing was. */
    private static Value embedded(Derivation d, long paddingIndex) {
        Value index = d.input(1);
        Value read = d.run(new Embedding(), d.gradient(), index);
        Shape column = Shape.of(LongStream.concat(Arrays.stream(index.shape().toArray()), LongStream.of(1))
                .toArray());
        return paddingIndex < 0
                ? read
                : d.masked(d.reshape(d.scalar(BinaryKind.NE, index, paddingIndex), column), read);
    }

    /** Runs the opposite op on (g, index). */
    private static Rule byIndex(Function<Shape, Op> opposite) {
        return Rule.of(INDEX, d -> {
            Value gradient = d.run(opposite.apply(d.inputShape(0)), d.gradient(), d.input(1));
            return new @Nullable Value[] {gradient, null};
        });
    }
}
