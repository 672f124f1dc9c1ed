package dev.lockstep.tensor;

import dev.lockstep.backend.op.Axes;
import dev.lockstep.backend.op.ReduceKind;
import dev.lockstep.backend.op.Reduction.ArgReduce;
import dev.lockstep.backend.op.Reduction.Reduce;
import dev.lockstep.backend.op.Reduction.Softmax;
import java.util.Locale;

/** The folding functions: axes made non-negative, then one op or a few. */
final class ReductionOps {
    private ReductionOps() {}

    static Tensor reduce(ReduceKind kind, Tensor x, boolean keepDims, int... axes) {
        if (kind == ReduceKind.MEAN && !x.dtype().isFloating()) {
            throw Engine.wrong("mean: " + x.dtype() + x.shape() + " has no mean: convert it with to(DType.F32) first");
        }
        return Engine.run(new Reduce(kind, axes(kind.name().toLowerCase(Locale.ROOT), x, axes), keepDims), x);
    }

    private static Axes axes(String op, Tensor x, int... axes) {
        if (axes.length == 0) {
            return Axes.all(x.rank());
        }
        int[] normal = new int[axes.length];
        for (int i = 0; i < axes.length; i++) {
            normal[i] = Engine.axis(op, x, axes[i]);
        }
        return Axes.of(normal);
    }

    static ValuesAndIndices extreme(boolean largest, Tensor x, int axis) {
        int normal = Engine.axis(largest ? "max" : "min", x, axis);
        Tensor kept = Engine.run(new ArgReduce(largest, normal, true), x);
        return new ValuesAndIndices(x.gather(normal, kept).squeeze(normal), kept.squeeze(normal));
    }

    static Tensor arg(boolean largest, Tensor x, int axis) {
        return Engine.run(new ArgReduce(largest, Engine.axis(largest ? "argmax" : "argmin", x, axis), false), x);
    }

    static Tensor argAll(boolean largest, Tensor x) {
        return Engine.run(new ArgReduce(largest, 0, false), x.flatten());
    }

    static Tensor variance(Tensor x, int correction, boolean keepDims, int... axes) {
        Tensor mean = reduce(ReduceKind.MEAN, x, true, axes);
        Tensor squares = reduce(ReduceKind.SUM, x.sub(mean).square(), keepDims, axes);
        long folded = x.numel() / Math.max(1, mean.numel());
        return squares.div(Math.max(0, folded - correction));
    }

    static Tensor norm(Tensor x, int... axes) {
        return reduce(ReduceKind.SUM, x.square(), false, axes).sqrt();
    }

    static Tensor logSumExp(Tensor x, int axis) {
        int normal = Engine.axis("logSumExp", x, axis);
        Tensor max = x.detach().amax(true, normal);
        Tensor shift = max.maskedFill(max.isFinite().logicalNot(), 0);
        return x.sub(shift).exp().sum(true, normal).log().add(shift).squeeze(normal);
    }

    static Tensor softmax(Tensor x, int axis, boolean log) {
        int normal = Engine.axis(log ? "logSoftmax" : "softmax", x, axis);
        return Engine.run(new Softmax(normal, log), ElementwiseOps.floating(x));
    }
}
