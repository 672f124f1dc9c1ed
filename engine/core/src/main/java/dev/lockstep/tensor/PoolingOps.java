package dev.lockstep.tensor;

import dev.lockstep.backend.op.Convolution.AvgPool2d;
import dev.lockstep.backend.op.Convolution.MaxPool2d;
import dev.lockstep.backend.op.Window;
import dev.lockstep.layout.DType;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Pooling: the ops know windows that fit; one that reaches over the end is brought there by padding first. */
final class PoolingOps {
    private PoolingOps() {}

    static Tensor maxPool2d(Tensor x, Window window) {
        Tensor[] outputs = Engine.runAll(new MaxPool2d(window), x);
        outputs[1].close();
        return outputs[0];
    }

    static Tensor maxPool2d(Tensor x, PoolOptions options) {
        if (x.rank() == 3) {
            return maxPool2d(x.unsqueeze(0), options).squeeze(0);
        }
        long[] more = overhang("maxPool2d", x, options);
        Window window = options.window();
        if (more[0] == 0 && more[1] == 0) {
            return maxPool2d(x, window);
        }
        return maxPool2d(padded(x, window, more, Double.NEGATIVE_INFINITY), window.padding(0, 0));
    }

    /** {@return the maxima and, as I64, where each lies in its plane of H x W} */
    static ValuesAndIndices maxPool2dWithIndices(Tensor x, Window window) {
        Tensor[] outputs = Engine.runAll(new MaxPool2d(window), x);
        return new ValuesAndIndices(outputs[0], outputs[1].to(DType.I64));
    }

    static Tensor avgPool2d(Tensor x, Window window) {
        return Engine.run(new AvgPool2d(window), x);
    }

    static Tensor avgPool2d(Tensor x, PoolOptions options) {
        if (x.rank() == 3) {
            return avgPool2d(x.unsqueeze(0), options).squeeze(0);
        }
        long[] more = overhang("avgPool2d", x, options);
        Window window = options.window();
        boolean padded = window.padH() > 0 || window.padW() > 0 || more[0] > 0 || more[1] > 0;
        long area = (long) window.kernelH() * window.kernelW();
        if (more[0] == 0 && more[1] == 0 && options.divisor() == 0 && (options.countIncludePad() || !padded)) {
            return avgPool2d(x, window);
        }
        Tensor sums =
                avgPool2d(padded(x, window, more, 0), window.padding(0, 0)).mul(area);
        if (options.divisor() != 0) {
            return sums.div(options.divisor());
        }
        boolean all = options.countIncludePad();
        Tensor rows =
                counts(x.size(2), new long[] {window.kernelH(), window.strideH(), window.padH()}, all, sums.size(2));
        Tensor columns =
                counts(x.size(3), new long[] {window.kernelW(), window.strideW(), window.padW()}, all, sums.size(3));
        return sums.div(rows.outer(columns).to(x.dtype()));
    }

    /** Counts the places of each window along an axis that are summed: those of the input, or of its padding too. */
    private static Tensor counts(long size, long[] movement, boolean includePad, long windows) {
        long[] counts = new long[(int) windows];
        for (int i = 0; i < counts.length; i++) {
            long start = i * movement[1] - movement[2];
            long end = Math.min(start + movement[0], size + movement[2]);
            counts[i] = includePad ? end - start : Math.min(end, size) - Math.max(start, 0);
        }
        return Tensors.tensor(counts);
    }

    /** {@return how many rows and columns the last window reaches over the padded end} */
    private static long[] overhang(String op, Tensor x, PoolOptions options) {
        if (x.rank() != 4) {
            throw Engine.wrong(op + ": needs [N, C, H, W] or [C, H, W], got " + x.shape());
        }
        Window w = options.window();
        if (!options.ceilMode()) {
            return new long[] {0, 0};
        }
        return new long[] {
            overhang(x.size(2), w.spanH(), w.strideH(), w.padH()), overhang(x.size(3), w.spanW(), w.strideW(), w.padW())
        };
    }

    private static long overhang(long size, long span, int stride, int pad) {
        long windows = Math.ceilDiv(size + 2L * pad - span, stride) + 1;
        if ((windows - 1) * stride >= size + pad) {
            windows--;
        }
        return Math.max(0, (windows - 1) * stride + span - size - 2L * pad);
    }

    private static Tensor padded(Tensor x, Window w, long[] more, double value) {
        return PaddingOps.pad(x, PadMode.CONSTANT, value, w.padW(), w.padW() + more[1], w.padH(), w.padH() + more[0]);
    }

    /** Pools sequences [N, C, L] as images of one row. */
    static Tensor alongColumns(Tensor x, PoolOptions options, BiFunction<Tensor, PoolOptions, Tensor> pool) {
        return pool.apply(x.unsqueeze(-2), options.alongColumns()).squeeze(-2);
    }

    /** Averages bins {@code floor(i in / out) .. ceil((i + 1) in / out)} of the last axes, one axis after the other. */
    static Tensor adaptiveAvg(Tensor x, long... sizes) {
        return adaptive("adaptiveAvgPool", x, sizes, axis -> part -> part.mean(axis));
    }

    /** Takes the maximum of each bin of the last axes, one axis after the other. */
    static Tensor adaptiveMax(Tensor x, long... sizes) {
        return adaptive(
                "adaptiveMaxPool", x, sizes, axis -> part -> part.max(axis).values());
    }

    private static Tensor adaptive(
            String op, Tensor x, long[] sizes, Function<Integer, Function<Tensor, Tensor>> fold) {
        if (x.rank() <= sizes.length) {
            throw Engine.wrong(op + ": " + sizes.length + " sizes for " + x.shape());
        }
        Tensor result = x;
        for (int i = sizes.length - 1; i >= 0; i--) {
            int axis = x.rank() - sizes.length + i;
            result = bins(op, result, axis, sizes[i], fold.apply(axis));
        }
        return result;
    }

    private static Tensor bins(String op, Tensor x, int axis, long count, Function<Tensor, Tensor> fold) {
        long size = x.size(axis);
        if (count < 1 || size < 1) {
            throw Engine.wrong(op + ": " + count + " bins of axis " + axis + " of " + x.shape());
        }
        if (count == size) {
            return x;
        }
        Tensor[] parts = new Tensor[Math.toIntExact(count)];
        for (int i = 0; i < parts.length; i++) {
            long start = i * size / count;
            long end = Math.ceilDiv((i + 1) * size, count);
            parts[i] = fold.apply(x.narrow(axis, start, end - start));
        }
        return Tensors.stack(axis, parts);
    }
}
