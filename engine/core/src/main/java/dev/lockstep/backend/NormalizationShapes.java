package dev.lockstep.backend;

import dev.lockstep.backend.op.Normalization;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import java.util.Arrays;
import java.util.List;

/** Shape rules of normalisations. */
final class NormalizationShapes {
    private NormalizationShapes() {}

    static List<ValueSpec> outputs(Normalization op, Inputs in) {
        return switch (op) {
            case Normalization.LayerNorm norm -> {
                in.expect(3);
                in.expectFloating();
                checkAxes(norm.axes(), 0, in);
                in.expectShape(1, inner(norm.axes(), in.shape(0)), "the weight");
                in.expectShape(2, in.shape(1), "the bias");
                var row = ValueSpec.contiguous(rows(norm.axes(), in.shape(0)), in.dtype(0));
                yield List.of(like(in), row, row);
            }
            case Normalization.LayerNormGrad norm -> {
                in.expect(5);
                checkAxes(norm.axes(), 1, in);
                Shape inner = inner(norm.axes(), in.shape(1));
                yield gradient(in, inner, rows(norm.axes(), in.shape(1)));
            }
            case Normalization.BatchNorm norm -> {
                in.expect(3);
                in.expectFloating();
                var channel = channels(0, in);
                in.expectShape(1, channel, "the weight");
                in.expectShape(2, channel, "the bias");
                var statistic = ValueSpec.contiguous(channel, in.dtype(0));
                yield List.of(like(in), statistic, statistic, statistic);
            }
            case Normalization.BatchStatistics statistics -> {
                in.expect(1);
                in.expectFloating();
                var statistic = ValueSpec.contiguous(channels(0, in), in.dtype(0));
                yield List.of(statistic, statistic, statistic);
            }
            case Normalization.BatchNormGrad() -> {
                in.expect(5);
                Shape channel = channels(1, in);
                yield gradient(in, channel, channel);
            }
        };
    }

    private static List<ValueSpec> gradient(Inputs in, Shape weight, Shape statistic) {
        in.expectFloating();
        in.expectShape(0, in.shape(1), "the gradient");
        in.expectShape(2, weight, "the weight");
        in.expectShape(3, statistic, "the mean");
        in.expectShape(4, statistic, "the reciprocal deviation");
        DType dtype = in.dtype(0);
        var parameter = ValueSpec.contiguous(weight, dtype);
        return List.of(in.like(in.shape(1), dtype).get(0), parameter, parameter);
    }

    private static ValueSpec like(Inputs in) {
        return in.like(in.shape(0), in.dtype(0)).get(0);
    }

    private static void checkAxes(int axes, int input, Inputs in) {
        if (axes < 1 || axes > in.shape(input).rank()) {
            throw in.refuse("cannot normalise the last " + axes + " axes of " + in.shape(input));
        }
    }

    private static Shape inner(int axes, Shape shape) {
        return Shape.of(Arrays.copyOfRange(shape.toArray(), shape.rank() - axes, shape.rank()));
    }

    private static Shape rows(int axes, Shape shape) {
        return Shape.of(Arrays.copyOf(shape.toArray(), shape.rank() - axes));
    }

    private static Shape channels(int input, Inputs in) {
        if (in.shape(input).rank() < 2) {
            throw in.refuse("needs [N, C, ...], got " + in.shape(input));
        }
        return Shape.of(in.shape(input).size(1));
    }
}
