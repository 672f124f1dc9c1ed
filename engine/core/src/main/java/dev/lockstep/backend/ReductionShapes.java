package dev.lockstep.backend;

import dev.lockstep.backend.op.Axes;
import dev.lockstep.backend.op.ReduceKind;
import dev.lockstep.backend.op.Reduction;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import java.util.Arrays;
import java.util.List;

/** Shape rules of ops that fold axes. */
final class ReductionShapes {
    private ReductionShapes() {}

    static List<ValueSpec> outputs(Reduction op, Inputs in) {
        return switch (op) {
            case Reduction.Reduce reduce -> reduce(reduce, in);
            case Reduction.ArgReduce arg -> argReduce(arg, in);
            case Reduction.Softmax softmax -> {
                in.expect(1);
                in.expectFloating();
                in.axis(0, softmax.axis());
                yield in.like(in.shape(0), in.dtype(0));
            }
            case Reduction.Scan scan -> {
                in.expect(1);
                in.axis(0, scan.axis());
                yield in.like(in.shape(0), in.dtype(0).isFloating() ? in.dtype(0) : DType.I64);
            }
            case Reduction.ScanProductGrad grad -> {
                in.expect(2);
                in.expectFloating();
                in.axis(1, grad.axis());
                in.expectShape(0, in.shape(1), "the gradient");
                yield in.like(in.shape(1), in.dtype(1));
            }
            case Reduction.ProductGrad grad -> productGrad(grad, in);
            case Reduction.Sort sort -> {
                in.expect(1);
                in.axis(0, sort.axis());
                yield List.of(
                        ValueSpec.contiguous(in.shape(0), in.dtype(0)), ValueSpec.contiguous(in.shape(0), DType.I64));
            }
            case Reduction.SoftmaxGrad softmax -> {
                in.expect(2);
                in.expectFloating();
                in.axis(0, softmax.axis());
                in.expectShape(1, in.shape(0), "the gradient");
                yield in.like(in.shape(0), in.dtype(0));
            }
        };
    }

    private static List<ValueSpec> productGrad(Reduction.ProductGrad op, Inputs in) {
        in.expect(2);
        in.expectFloating();
        in.expectShape(0, fold(in.shape(1), op.axes(), true), "the gradient");
        return in.like(in.shape(1), in.dtype(1));
    }

    private static List<ValueSpec> reduce(Reduction.Reduce op, Inputs in) {
        in.expect(1);
        Shape shape = in.shape(0);
        long folded = 1;
        for (int axis : op.axes().toArray()) {
            folded *= shape.size(in.axis(0, axis));
        }
        boolean extremum = op.kind() == ReduceKind.AMAX || op.kind() == ReduceKind.AMIN;
        Shape result = fold(shape, op.axes(), op.keepDims());
        if (extremum && folded == 0 && result.elements() > 0) {
            throw in.refuse("has no elements along axes " + op.axes() + " of " + shape);
        }
        return Inputs.contiguous(result, dtype(op.kind(), in));
    }

    private static DType dtype(ReduceKind kind, Inputs in) {
        DType dtype = in.dtype(0);
        return switch (kind) {
            case SUM, PROD -> dtype.isFloating() ? dtype : DType.I64;
            case MEAN -> {
                in.expectFloating();
                yield dtype;
            }
            case AMAX, AMIN -> dtype;
            case ANY, ALL -> DType.BOOL;
        };
    }

    private static List<ValueSpec> argReduce(Reduction.ArgReduce op, Inputs in) {
        in.expect(1);
        int axis = in.axis(0, op.axis());
        Shape result = fold(in.shape(0), Axes.of(axis), op.keepDims());
        if (in.shape(0).size(axis) == 0 && result.elements() > 0) {
            throw in.refuse("has no elements along axis " + axis + " of " + in.shape(0));
        }
        return Inputs.contiguous(result, DType.I64);
    }

    private static Shape fold(Shape shape, Axes axes, boolean keepDims) {
        long[] sizes = new long[shape.rank()];
        int kept = 0;
        for (int axis = 0; axis < shape.rank(); axis++) {
            boolean folded = axes.contains(axis);
            if (!folded || keepDims) {
                sizes[kept++] = folded ? 1 : shape.size(axis);
            }
        }
        return Shape.of(Arrays.copyOf(sizes, kept));
    }
}
