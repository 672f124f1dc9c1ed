package dev.lockstep.tensor;

import dev.lockstep.backend.op.Axes;
import dev.lockstep.backend.op.ReduceKind;
import dev.lockstep.backend.op.Reduction.ArgReduce;
import dev.lockstep.backend.op.Reduction.Reduce;
import dev.lockstep.backend.op.Reduction.Softmax;
import dev.lockstep.layout.DType;
import java.util.Locale;
import java.util.stream.IntStream;

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

    /**
     * The p-norm. Its gradient at zero is zero where p is 2, as torch says, so the root is taken of one there and the
     * result masked.
     */
    static Tensor norm(Tensor x, double p, boolean keepDims, int... axes) {
        if (p == Double.POSITIVE_INFINITY) {
            return x.abs().amax(keepDims, axes);
        }
        if (p == Double.NEGATIVE_INFINITY) {
            return x.abs().amin(keepDims, axes);
        }
        if (p == 0) {
            return reduce(ReduceKind.SUM, x.ne(0).to(x.dtype()), keepDims, axes);
        }
        if (p == 1) {
            return reduce(ReduceKind.SUM, x.abs(), keepDims, axes);
        }
        Tensor powers = p == 2 ? x.square() : x.abs().pow(p);
        Tensor sum = reduce(ReduceKind.SUM, powers, keepDims, axes);
        Tensor isZero = sum.eq(0);
        Tensor safe = sum.maskedFill(isZero, 1);
        return (p == 2 ? safe.sqrt() : safe.pow(1 / p)).maskedFill(isZero, 0);
    }

    static Tensor logSumExp(Tensor x, boolean keepDims, int... axes) {
        Tensor max = x.detach().amax(true, axes);
        Tensor shift = max.maskedFill(max.isInf(), 0);
        Tensor sum = x.sub(shift).exp().sum(true, axes).log().add(shift);
        return keepDims ? sum : drop("logSumExp", sum, axes);
    }

    /** Drops axes of size 1: all without an argument. */
    private static Tensor drop(String op, Tensor x, int... axes) {
        Axes dropped = axes(op, x, axes);
        long[] kept = IntStream.range(0, x.rank())
                .filter(axis -> !dropped.contains(axis))
                .mapToLong(x::size)
                .toArray();
        return x.reshape(kept);
    }

    static VarianceAndMean varMean(Tensor x, int correction, boolean keepDims, int... axes) {
        return new VarianceAndMean(variance(x, correction, keepDims, axes), reduce(ReduceKind.MEAN, x, keepDims, axes));
    }

    static Tensor countNonzero(Tensor x, int... axes) {
        return reduce(ReduceKind.SUM, x.to(DType.BOOL), false, axes);
    }

    static Tensor softmax(Tensor x, int axis, boolean log) {
        int normal = Engine.axis(log ? "logSoftmax" : "softmax", x, axis);
        return Engine.run(new Softmax(normal, log), ElementwiseOps.floating(x));
    }
}
