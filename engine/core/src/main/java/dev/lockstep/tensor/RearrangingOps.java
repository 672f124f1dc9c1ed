package dev.lockstep.tensor;

import dev.lockstep.backend.op.Shaping.AsStrided;
import dev.lockstep.backend.op.Shaping.Diagonal;
import dev.lockstep.backend.op.Shaping.StridedGrad;
import dev.lockstep.backend.op.Shaping.Unfold;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Views by strides, and copies into another order: mostly reads by an index that is computed. */
final class RearrangingOps {
    private RearrangingOps() {}

    static Tensor movedim(Tensor x, int[] from, int[] to) {
        if (from.length != to.length) {
            throw Engine.wrong("movedim: " + from.length + " axes to " + to.length + " places, of " + x.shape());
        }
        int[] order = new int[x.rank()];
        Arrays.fill(order, -1);
        boolean[] moved = new boolean[x.rank()];
        for (int i = 0; i < from.length; i++) {
            int target = Engine.axis("movedim", x, to[i]);
            int source = Engine.axis("movedim", x, from[i]);
            if (order[target] >= 0 || moved[source]) {
                throw Engine.wrong("movedim: an axis twice in " + Arrays.toString(from) + " to " + Arrays.toString(to));
            }
            order[target] = source;
            moved[source] = true;
        }
        int next = 0;
        for (int i = 0; i < order.length; i++) {
            while (order[i] < 0) {
                order[i] = moved[next] ? -1 : next;
                next++;
            }
        }
        return x.permute(order);
    }

    static List<Tensor> split(Tensor x, long[] sizes, int axis) {
        if (Arrays.stream(sizes).sum() != x.size(axis)) {
            throw Engine.wrong(
                    "split: sizes " + Arrays.toString(sizes) + " do not add up to axis " + axis + " of " + x.shape());
        }
        List<Tensor> parts = new ArrayList<>();
        long start = 0;
        for (long size : sizes) {
            parts.add(x.narrow(axis, start, size));
            start += size;
        }
        return List.copyOf(parts);
    }

    static Tensor diagonal(Tensor x, long offset, int first, int second) {
        int row = Engine.axis("diagonal", x, first);
        return Engine.run(new Diagonal(offset, row, Engine.axis("diagonal", x, second)), x);
    }

    static Tensor asStrided(Tensor x, long[] sizes, long[] strides, long offset) {
        return Engine.run(new AsStrided(Layout.of(Shape.of(sizes), strides, offset)), x.contiguous());
    }

    static Tensor unfold(Tensor x, int axis, long size, long step) {
        return Engine.run(new Unfold(Engine.axis("unfold", x, axis), size, step), x);
    }

    static Tensor tile(Tensor x, long... times) {
        long[] full = new long[Math.max(x.rank(), times.length)];
        Arrays.fill(full, 1);
        System.arraycopy(times, 0, full, full.length - times.length, times.length);
        return x.repeat(full);
    }

    static Tensor repeatInterleave(Tensor x, long times, int axis) {
        if (times < 0) {
            throw Engine.wrong("repeatInterleave: " + times + " times");
        }
        long size = x.size(axis);
        Tensor index = Tensors.arange(size).unsqueeze(1).expand(size, times).reshape(-1);
        return x.indexSelect(axis, size == 0 || times == 0 ? Tensors.tensor(new long[0]) : index);
    }

    static Tensor repeatInterleave(Tensor x, Tensor times, int axis) {
        long[] counts = times.toLongArray();
        if (times.rank() != 1 || counts.length != x.size(axis)) {
            throw Engine.wrong("repeatInterleave: times " + times.shape() + " for axis " + axis + " of " + x.shape());
        }
        List<Long> index = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] < 0) {
                throw Engine.wrong("repeatInterleave: " + counts[i] + " times at " + i);
            }
            for (long k = 0; k < counts[i]; k++) {
                index.add((long) i);
            }
        }
        return x.indexSelect(
                axis, Tensors.tensor(index.stream().mapToLong(Long::longValue).toArray()));
    }

    static Tensor flip(Tensor x, int... axes) {
        Tensor result = x;
        for (int axis : axes) {
            long size = x.size(axis);
            result = result.indexSelect(axis, Tensors.arange(size).rsub(size - 1L));
        }
        return result;
    }

    static Tensor roll(Tensor x, long shift, int axis) {
        long size = x.size(axis);
        long places = size == 0 ? 0 : Math.floorMod(shift, size);
        return places == 0
                ? x.clone()
                : Tensors.cat(axis, x.narrow(axis, size - places, places), x.narrow(axis, 0, size - places));
    }

    static Tensor triangle(Tensor x, long offset, boolean lower) {
        if (x.rank() < 2) {
            throw Engine.wrong((lower ? "tril" : "triu") + ": at least two axes, got " + x.shape());
        }
        Tensor rows = Tensors.arange(x.size(-2)).unsqueeze(1);
        Tensor columns = Tensors.arange(x.size(-1)).sub(offset);
        Tensor kept = lower ? columns.le(rows) : columns.ge(rows);
        return Tensors.where(kept, x, Tensors.full(0, x.dtype()));
    }

    static Tensor diag(Tensor x, long offset) {
        if (x.rank() == 2) {
            return x.diagonal(offset, 0, 1).clone();
        }
        if (x.rank() != 1) {
            throw Engine.wrong("diag: a vector or a matrix, got " + x.shape());
        }
        long size = x.size(0) + Math.abs(offset);
        Shape square = Shape.of(size, size);
        return Engine.run(new StridedGrad(square, Layout.contiguous(square).diagonal(offset, 0, 1)), x);
    }
}
