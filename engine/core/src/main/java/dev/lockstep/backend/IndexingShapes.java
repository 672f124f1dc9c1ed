package dev.lockstep.backend;

import dev.lockstep.backend.op.Indexing;
import dev.lockstep.layout.Shape;
import java.util.Arrays;
import java.util.List;

/** Shape rules of ops that read or sum by index. */
final class IndexingShapes {
    private IndexingShapes() {}

    static List<ValueSpec> outputs(Indexing op, Inputs in) {
        in.expect(op instanceof Indexing.Scatter ? 3 : 2);
        in.expectIndex(1);
        return switch (op) {
            case Indexing.IndexSelect select -> {
                in.expectRank(1, 1, "the index", "[K]");
                int axis = in.axis(0, select.axis());
                yield Inputs.contiguous(in.shape(0).with(axis, in.shape(1).size(0)), in.dtype(0));
            }
            case Indexing.IndexSelectGrad grad -> {
                in.expectRank(1, 1, "the index", "[K]");
                in.expectShape(0, grad.shape().with(grad.axis(), in.shape(1).size(0)), "the gradient");
                yield Inputs.contiguous(grad.shape(), in.dtype(0));
            }
            case Indexing.Gather gather -> {
                checkGather(in, in.shape(0), gather.axis());
                yield Inputs.contiguous(in.shape(1), in.dtype(0));
            }
            case Indexing.GatherGrad grad -> {
                checkGather(in, grad.shape(), grad.axis());
                in.expectShape(0, in.shape(1), "the gradient");
                yield Inputs.contiguous(grad.shape(), in.dtype(0));
            }
            case Indexing.Scatter scatter -> {
                checkGather(in, in.shape(0), scatter.axis());
                in.expectShape(2, in.shape(1), "the source");
                in.expectSameDtype(in.dtype(0), in.dtype(2));
                yield Inputs.contiguous(in.shape(0), in.dtype(0));
            }
            case Indexing.Embedding() -> {
                in.expectRank(0, 2, "the weight", "[V, D]");
                yield Inputs.contiguous(rows(in.shape(1), in.shape(0).size(1)), in.dtype(0));
            }
            case Indexing.EmbeddingGrad grad -> embeddingGrad(grad, in);
        };
    }

    private static List<ValueSpec> embeddingGrad(Indexing.EmbeddingGrad op, Inputs in) {
        in.expectFloating(0);
        if (in.shape(0).rank() < 1 || op.rows() < 0) {
            throw in.refuse("needs a gradient [..., D] and rows >= 0, got " + in.shape(0) + " and " + op.rows());
        }
        long width = in.shape(0).size(-1);
        in.expectShape(0, rows(in.shape(1), width), "the gradient");
        return Inputs.contiguous(Shape.of(op.rows(), width), in.dtype(0));
    }

    private static Shape rows(Shape index, long width) {
        long[] sizes = Arrays.copyOf(index.toArray(), index.rank() + 1);
        sizes[index.rank()] = width;
        return Shape.of(sizes);
    }

    private static void checkGather(Inputs in, Shape from, int axis) {
        Shape index = in.shape(1);
        boolean fits = index.rank() == from.rank() && from.rank() > 0;
        for (int i = 0; fits && i < index.rank(); i++) {
            fits = i == from.axis(axis) || index.size(i) <= from.size(i);
        }
        if (!fits) {
            throw in.refuse("an index of " + index + " does not fit " + from + " outside of axis " + axis);
        }
    }
}
