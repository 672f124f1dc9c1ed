package dev.lockstep.tensor;

import dev.lockstep.layout.DType;
import java.util.Arrays;

/**
 * Resampling, one axis after the other: each result is a sum of a few elements of the axis, read by index and weighted.
 */
final class ResamplingOps {
    private static final double CUBIC = -0.75;

    private ResamplingOps() {}

    /** The axis, how long it shall be, and how far two results lie apart in the input. */
    private record Axis(int axis, long size, double step) {}

    static Tensor interpolate(Tensor x, ResampleMode mode, boolean alignCorners, long... sizes) {
        if (x.rank() != sizes.length + 2 || Arrays.stream(sizes).anyMatch(size -> size < 1)) {
            throw Engine.wrong("interpolate: sizes " + Arrays.toString(sizes) + " for [N, C, ...], got " + x.shape());
        }
        double[] steps = new double[sizes.length];
        for (int i = 0; i < sizes.length; i++) {
            steps[i] = step(x.size(i + 2), sizes[i], alignCorners);
        }
        return resample(x, mode, alignCorners, sizes, steps);
    }

    /** Sizes are {@code floor(size * factor)}; without aligned corners results lie exactly 1 / factor apart. */
    static Tensor interpolate(Tensor x, ResampleMode mode, boolean alignCorners, double[] factors) {
        if (x.rank() != factors.length + 2) {
            throw Engine.wrong("interpolate: factors " + Arrays.toString(factors) + " for " + x.shape());
        }
        long[] sizes = new long[factors.length];
        double[] steps = new double[factors.length];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = (long) Math.floor(x.size(i + 2) * factors[i]);
            steps[i] = alignCorners ? step(x.size(i + 2), sizes[i], true) : 1 / factors[i];
        }
        return resample(x, mode, alignCorners, sizes, steps);
    }

    private static double step(long from, long to, boolean alignCorners) {
        return alignCorners ? (to > 1 ? (from - 1.0) / (to - 1) : 0) : (double) from / to;
    }

    private static Tensor resample(Tensor x, ResampleMode mode, boolean alignCorners, long[] sizes, double[] steps) {
        if (mode == ResampleMode.AREA) {
            return PoolingOps.adaptiveAvg(x, sizes);
        }
        Tensor result = x;
        for (int i = sizes.length - 1; i >= 0; i--) {
            Axis axis = new Axis(i + 2, sizes[i], steps[i]);
            result = switch (mode) {
                case NEAREST -> nearest(result, axis);
                case LINEAR -> linear(result, axis, alignCorners);
                case CUBIC -> cubic(result, axis, alignCorners);
                case AREA -> throw new AssertionError("done above");
            };
        }
        return result;
    }

    private static Tensor nearest(Tensor x, Axis axis) {
        long last = x.size(axis.axis()) - 1;
        long[] index = new long[Math.toIntExact(axis.size())];
        Arrays.setAll(index, i -> Math.min((long) Math.floor(i * axis.step()), last));
        return x.indexSelect(axis.axis(), Tensors.tensor(index));
    }

    private static double place(Axis axis, long i, boolean alignCorners) {
        return alignCorners ? i * axis.step() : (i + 0.5) * axis.step() - 0.5;
    }

    private static Tensor linear(Tensor x, Axis axis, boolean alignCorners) {
        int count = Math.toIntExact(axis.size());
        double[][] weights = new double[2][count];
        long[][] index = new long[2][count];
        long last = x.size(axis.axis()) - 1;
        for (int i = 0; i < count; i++) {
            double place = Math.max(0, place(axis, i, alignCorners));
            long low = Math.min((long) place, last);
            index[0][i] = low;
            index[1][i] = Math.min(low + 1, last);
            weights[1][i] = place - low;
            weights[0][i] = 1 - weights[1][i];
        }
        return weighted(x, axis.axis(), index, weights);
    }

    private static Tensor cubic(Tensor x, Axis axis, boolean alignCorners) {
        int count = Math.toIntExact(axis.size());
        double[][] weights = new double[4][count];
        long[][] index = new long[4][count];
        long last = x.size(axis.axis()) - 1;
        for (int i = 0; i < count; i++) {
            double place = place(axis, i, alignCorners);
            double low = Math.floor(place);
            double t = place - low;
            for (int k = 0; k < 4; k++) {
                index[k][i] = Math.clamp((long) low + k - 1, 0, last);
                weights[k][i] = cubicWeight(Math.abs(t + 1 - k));
            }
        }
        return weighted(x, axis.axis(), index, weights);
    }

    private static double cubicWeight(double distance) {
        double d = distance;
        return d <= 1
                ? ((CUBIC + 2) * d - (CUBIC + 3)) * d * d + 1
                : ((CUBIC * d - 5 * CUBIC) * d + 8 * CUBIC) * d - 4 * CUBIC;
    }

    private static Tensor weighted(Tensor x, int axis, long[][] index, double[][] weights) {
        long[] column = new long[x.rank()];
        Arrays.fill(column, 1);
        column[axis] = -1;
        Tensor sum = Tensors.full(0, x.dtype());
        for (int k = 0; k < index.length; k++) {
            Tensor weight = Tensors.of(weights[k], x.dtype(), weights[k].length).reshape(column);
            Tensor part = x.indexSelect(axis, Tensors.tensor(index[k])).mul(weight);
            sum = k == 0 ? part : sum.add(part);
        }
        return sum;
    }

    /** Reads images [N, C, H, W] at places [N, H', W', 2] of (x, y) in [-1, 1]. */
    static Tensor gridSample(Tensor x, Tensor grid, GridSampleOptions options) {
        if (x.rank() != 4 || grid.rank() != 4 || grid.size(3) != 2 || grid.size(0) != x.size(0)) {
            throw Engine.wrong("gridSample: needs [N, C, H, W] and grid [N, H', W', 2], got " + x.shape() + " and "
                    + grid.shape());
        }
        Tensor columns = options.place(grid.select(3, 0), x.size(3)).flatten(1); // [N, H' W']
        Tensor rows = options.place(grid.select(3, 1), x.size(2)).flatten(1);
        Tensor result;
        if (options.mode() == ResampleMode.NEAREST) {
            result = read(x, rows.round(), columns.round());
        } else {
            Tensor low = rows.floor();
            Tensor left = columns.floor();
            Tensor down = rows.sub(low).unsqueeze(1);
            Tensor right = columns.sub(left).unsqueeze(1);
            Tensor top = between(read(x, low, left), read(x, low, left.add(1.0)), right);
            Tensor bottom = between(read(x, low.add(1.0), left), read(x, low.add(1.0), left.add(1.0)), right);
            result = between(top, bottom, down);
        }
        return result.unflatten(2, grid.size(1), grid.size(2));
    }

    private static Tensor between(Tensor from, Tensor to, Tensor share) {
        return from.mul(share.rsub(1.0)).add(to.mul(share));
    }

    /** Reads pixels by whole coordinates [N, L]; zeros outside: [N, C, L]. */
    private static Tensor read(Tensor x, Tensor rows, Tensor columns) {
        Tensor inside = rows.ge(0)
                .logicalAnd(rows.le(x.size(2) - 1.0))
                .logicalAnd(columns.ge(0))
                .logicalAnd(columns.le(x.size(3) - 1.0));
        Tensor row = rows.clamp(0, x.size(2) - 1.0).to(DType.I64);
        Tensor column = columns.clamp(0, x.size(3) - 1.0).to(DType.I64);
        Tensor places = row.mul(x.size(3)).add(column).unsqueeze(1).expand(x.size(0), x.size(1), rows.size(1));
        return Tensors.where(inside.unsqueeze(1), x.flatten(2).gather(2, places), Tensors.full(0, x.dtype()));
    }
}
