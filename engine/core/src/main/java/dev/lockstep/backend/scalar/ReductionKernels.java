package dev.lockstep.backend.scalar;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Axes;
import dev.lockstep.backend.op.ReduceKind;
import dev.lockstep.backend.op.Reduction;
import dev.lockstep.layout.Layout;

/** Reductions: the reduced axes are moved to the end, so that each result is made from one row. */
final class ReductionKernels {
    private ReductionKernels() {}

    static void run(Reduction op, Value[] in, Value[] outputs) {
        Value out = outputs[0];
        switch (op) {
            case Reduction.Reduce(ReduceKind kind, Axes axes, boolean keepDims) -> reduce(kind, axes, in[0], out);
            case Reduction.ArgReduce(boolean largest, int axis, boolean keepDims) ->
                argReduce(largest, axis, in[0], out);
            case Reduction.Softmax(int axis, boolean log) -> SoftmaxKernels.forward(axis, log, in[0], out);
            case Reduction.Scan scan -> ScanKernels.scan(scan, in[0], out);
            case Reduction.ScanProductGrad(int axis) -> ScanKernels.scanProductGrad(axis, in, out);
            case Reduction.ProductGrad(Axes axes) -> ScanKernels.productGrad(axes, in, out);
            case Reduction.Sort sort -> SortKernels.sort(sort, in[0], outputs);
            case Reduction.SoftmaxGrad(int axis, boolean log) -> SoftmaxKernels.backward(axis, log, in, out);
        }
    }

    /** {@return the layout with {@code axes} moved behind all others, both in their order} */
    static Layout moveLast(Layout layout, Axes axes) {
        int rank = layout.shape().rank();
        int[] order = new int[rank];
        int kept = 0;
        int last = rank - axes.count();
        for (int axis = 0; axis < rank; axis++) {
            if (axes.contains(axis)) {
                order[last++] = axis;
            } else {
                order[kept++] = axis;
            }
        }
        return layout.permute(order);
    }

    private static void reduce(ReduceKind kind, Axes axes, Value x, Value out) {
        Layout rows = moveLast(x.layout(), axes);
        int length = 1;
        for (int axis : axes.toArray()) {
            length *= (int) x.shape().size(axis);
        }
        if (x.dtype().isFloating()) {
            double[] results = foldRows(kind, Arithmetic.of(x.dtype()), Elements.reals(x, rows), length, out);
            ElementwiseKernels.writeFloating(results, out);
        } else {
            long[] numbers = Elements.integers(x, rows);
            long[] results = new long[Rows.count(out.shape())];
            for (int i = 0; i < results.length; i++) {
                results[i] = foldIntegers(kind, numbers, i * length, length);
            }
            Elements.write(out, results);
        }
    }

    private static double[] foldRows(ReduceKind kind, Arithmetic m, double[] numbers, int length, Value out) {
        double[] results = new double[Rows.count(out.shape())];
        for (int i = 0; i < results.length; i++) {
            results[i] = fold(kind, m, numbers, i * length, length);
        }
        return results;
    }

    private static double fold(ReduceKind kind, Arithmetic m, double[] x, int from, int count) {
        return switch (kind) {
            case SUM -> m.sum(x, from, count);
            case MEAN -> m.div(m.sum(x, from, count), count);
            case PROD -> product(m, x, from, count);
            case AMAX -> extremum(x, from, count, true);
            case AMIN -> extremum(x, from, count, false);
            case ANY, ALL -> truth(kind, x, from, count);
        };
    }

    private static double product(Arithmetic m, double[] x, int from, int count) {
        double result = 1;
        for (int i = 0; i < count; i++) {
            result = m.mul(result, x[from + i]);
        }
        return result;
    }

    private static double extremum(double[] x, int from, int count, boolean largest) {
        double result = x[from];
        for (int i = 1; i < count; i++) {
            result = largest ? Math.max(result, x[from + i]) : Math.min(result, x[from + i]);
        }
        return result;
    }

    private static double truth(ReduceKind kind, double[] x, int from, int count) {
        boolean any = kind == ReduceKind.ANY;
        for (int i = 0; i < count; i++) {
            if ((x[from + i] != 0) == any) {
                return any ? 1 : 0;
            }
        }
        return any ? 0 : 1;
    }

    private static long foldIntegers(ReduceKind kind, long[] x, int from, int count) {
        long result = switch (kind) {
            case SUM, MEAN, ANY -> 0;
            case PROD, ALL -> 1;
            case AMAX, AMIN -> x[from];
        };
        for (int i = from; i < from + count; i++) {
            result = switch (kind) {
                case SUM, MEAN -> result + x[i];
                case PROD -> result * x[i];
                case AMAX -> Math.max(result, x[i]);
                case AMIN -> Math.min(result, x[i]);
                case ANY -> result | (x[i] != 0 ? 1 : 0);
                case ALL -> result & (x[i] != 0 ? 1 : 0);
            };
        }
        return result;
    }

    private static void argReduce(boolean largest, int axis, Value x, Value out) {
        int index = x.shape().axis(axis);
        Layout rows = moveLast(x.layout(), Axes.of(index));
        int length = (int) x.shape().size(index);
        long[] results = new long[Rows.count(out.shape())];
        if (x.dtype().isFloating()) {
            double[] numbers = Elements.reals(x, rows);
            for (int i = 0; i < results.length; i++) {
                results[i] = first(largest, numbers, i * length, length);
            }
        } else {
            long[] numbers = Elements.integers(x, rows);
            for (int i = 0; i < results.length; i++) {
                results[i] = first(largest, numbers, i * length, length);
            }
        }
        Elements.write(out, results);
    }

    /** Finds the first extremum; a NaN counts as one. */
    private static long first(boolean largest, double[] x, int from, int count) {
        int best = 0;
        for (int i = 1; i < count && !Double.isNaN(x[from + best]); i++) {
            double candidate = x[from + i];
            boolean better = largest ? candidate > x[from + best] : candidate < x[from + best];
            if (better || Double.isNaN(candidate)) {
                best = i;
            }
        }
        return best;
    }

    private static long first(boolean largest, long[] x, int from, int count) {
        int best = 0;
        for (int i = 1; i < count; i++) {
            boolean better = largest ? x[from + i] > x[from + best] : x[from + i] < x[from + best];
            best = better ? i : best;
        }
        return best;
    }
}
