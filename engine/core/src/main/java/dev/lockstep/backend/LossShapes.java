package dev.lockstep.backend;

import dev.lockstep.backend.op.Loss;
import dev.lockstep.layout.Shape;
import java.util.List;

/** Shape rules of losses. */
final class LossShapes {
    private LossShapes() {}

    static List<ValueSpec> outputs(Loss op, Inputs in) {
        return switch (op) {
            case Loss.CrossEntropy loss -> {
                in.expect(2);
                check(in, 0, loss.labelSmoothing());
                var row = ValueSpec.contiguous(Shape.of(in.shape(0).size(0)), in.dtype(0));
                yield List.of(row, row);
            }
            case Loss.CrossEntropyGrad loss -> {
                in.expect(4);
                check(in, 1, loss.labelSmoothing());
                Shape rows = Shape.of(in.shape(1).size(0));
                in.expectShape(0, rows, "the gradient");
                in.expectShape(3, rows, "logSumExp");
                in.expectSameDtype(in.dtype(1), in.dtype(0));
                in.expectSameDtype(in.dtype(1), in.dtype(3));
                yield in.like(in.shape(1), in.dtype(1));
            }
        };
    }

    private static void check(Inputs in, int logits, double labelSmoothing) {
        in.expectRank(logits, 2, "the logits", "[N, C]");
        in.expectFloating(logits);
        in.expectIndex(logits + 1);
        in.expectShape(logits + 1, Shape.of(in.shape(logits).size(0)), "the target");
        if (in.shape(logits).size(0) > 0 && in.shape(logits).size(1) == 0) {
            throw in.refuse("there are no classes in " + in.shape(logits));
        }
        if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
            throw in.refuse("label smoothing must be in [0, 1], got " + labelSmoothing);
        }
    }
}
