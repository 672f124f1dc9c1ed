package dev.lockstep.tensor;

import dev.lockstep.backend.op.Indexing.Gather;
import dev.lockstep.backend.op.Indexing.IndexSelect;
import dev.lockstep.backend.op.Shaping.Concat;
import dev.lockstep.backend.op.Shaping.Expand;
import dev.lockstep.backend.op.Shaping.Narrow;
import dev.lockstep.backend.op.Shaping.Permute;
import dev.lockstep.backend.op.Shaping.Reshape;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Promotion;
import dev.lockstep.layout.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Views, cuts and joins: sizes and axes made definite, then one op or a few. */
final class ShapingOps {
    private ShapingOps() {}

    static Tensor view(Tensor x, long... sizes) {
        Shape target = resolve("view", x, sizes);
        if (!x.layout().isDense() && x.layout().reshape(target).isEmpty()) {
            throw Engine.wrong("view: " + x.layout() + " cannot be seen as " + target + " without a copy; use reshape");
        }
        return Engine.run(new Reshape(target), x);
    }

    static Tensor reshape(Tensor x, long... sizes) {
        Shape target = resolve("reshape", x, sizes);
        return target.equals(x.shape()) ? x : Engine.run(new Reshape(target), x);
    }

    private static Shape resolve(String op, Tensor x, long... sizes) {
        long known = 1;
        int open = -1;
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i] != -1) {
                known *= sizes[i];
            } else if (open < 0) {
                open = i;
            } else {
                throw Engine.wrong(op + ": only one size may be -1, got " + Arrays.toString(sizes));
            }
        }
        long[] full = sizes.clone();
        if (open >= 0 && known > 0) {
            full[open] = x.numel() / known;
            known *= full[open];
        }
        if (known != x.numel() || (open >= 0 && full[open] < 0)) {
            throw Engine.wrong(op + ": " + x.shape() + " does not fit " + Arrays.toString(sizes));
        }
        return Shape.of(full);
    }

    static Tensor flatten(Tensor x, int start, int end) {
        if (x.rank() == 0) {
            return reshape(x, 1);
        }
        int from = Engine.axis("flatten", x, start);
        int to = Engine.axis("flatten", x, end);
        if (from > to) {
            throw Engine.wrong("flatten: start " + start + " lies after end " + end + " in " + x.shape());
        }
        long[] old = x.shape().toArray();
        long[] sizes = new long[old.length - (to - from)];
        System.arraycopy(old, 0, sizes, 0, from);
        sizes[from] = Arrays.stream(old, from, to + 1).reduce(1, (a, b) -> a * b);
        System.arraycopy(old, to + 1, sizes, from + 1, old.length - to - 1);
        return reshape(x, sizes);
    }

    static Tensor unflatten(Tensor x, int axis, long... sizes) {
        int normal = Engine.axis("unflatten", x, axis);
        long known = Arrays.stream(sizes).filter(size -> size != -1).reduce(1, (a, b) -> a * b);
        long[] part = Arrays.stream(sizes)
                .map(size -> size == -1 ? x.size(normal) / Math.max(1, known) : size)
                .toArray();
        List<Long> all = new ArrayList<>(boxed(x));
        all.remove(normal);
        all.addAll(normal, Arrays.stream(part).boxed().toList());
        return reshape(x, unboxed(all));
    }

    static Tensor squeeze(Tensor x) {
        return reshape(
                x, Arrays.stream(x.shape().toArray()).filter(size -> size != 1).toArray());
    }

    static Tensor squeeze(Tensor x, int axis) {
        int normal = Engine.axis("squeeze", x, axis);
        return x.size(normal) == 1 ? reshape(x, without(x, normal)) : x;
    }

    static Tensor unsqueeze(Tensor x, int axis) {
        int normal = axis < 0 ? axis + x.rank() + 1 : axis;
        if (normal < 0 || normal > x.rank()) {
            throw Engine.wrong("unsqueeze: axis " + axis + " is out of range for shape " + x.shape());
        }
        List<Long> sizes = new ArrayList<>(boxed(x));
        sizes.add(normal, 1L);
        return reshape(x, unboxed(sizes));
    }

    static Tensor transpose(Tensor x, int a, int b) {
        int[] order = IntStream.range(0, x.rank()).toArray();
        int first = Engine.axis("transpose", x, a);
        int second = Engine.axis("transpose", x, b);
        order[first] = second;
        order[second] = first;
        return permute(x, order);
    }

    static Tensor t(Tensor x) {
        if (x.rank() > 2) {
            throw Engine.wrong("t: at most two axes, got " + x.shape() + "; use transpose");
        }
        return x.rank() < 2 ? x : transpose(x, 0, 1);
    }

    static Tensor permute(Tensor x, int... order) {
        if (order.length != x.rank()) {
            throw Engine.wrong("permute: order " + Arrays.toString(order) + " does not fit " + x.shape());
        }
        List<Integer> axes = Arrays.stream(order)
                .map(axis -> Engine.axis("permute", x, axis))
                .boxed()
                .toList();
        return Engine.run(new Permute(axes), x);
    }

    static Tensor expand(Tensor x, long... sizes) {
        int added = sizes.length - x.rank();
        long[] full = sizes.clone();
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i] == -1 && i >= added) {
                full[i] = x.size(i - added);
            }
        }
        Shape target = Shape.of(full);
        return target.equals(x.shape()) ? x : Engine.run(new Expand(target), x);
    }

    static Tensor narrow(Tensor x, int axis, long start, long length) {
        int normal = Engine.axis("narrow", x, axis);
        long from = start < 0 ? start + x.size(normal) : start;
        return Engine.run(new Narrow(normal, from, length, 1), x);
    }

    static Tensor select(Tensor x, int axis, long index) {
        int normal = Engine.axis("select", x, axis);
        long size = x.size(normal);
        if (index < -size || index >= size) {
            throw Engine.wrong("select: index " + index + " is out of range for axis " + axis + " of " + x.shape());
        }
        Tensor one = Engine.run(new Narrow(normal, index < 0 ? index + size : index, 1, 1), x);
        return reshape(one, without(x, normal));
    }

    static Tensor slice(Tensor x, int axis, long start, long end, long step) {
        int normal = Engine.axis("slice", x, axis);
        if (step < 1) {
            throw Engine.wrong("slice: step " + step + " is not positive");
        }
        long size = x.size(normal);
        long from = Math.clamp(start < 0 ? start + size : start, 0, size);
        long to = Math.clamp(end < 0 ? end + size : end, from, size);
        return Engine.run(new Narrow(normal, from, Math.ceilDiv(to - from, step), step), x);
    }

    static List<Tensor> chunk(Tensor x, int chunks, int axis) {
        if (chunks < 1) {
            throw Engine.wrong("chunk: " + chunks + " chunks of " + x.shape());
        }
        return split(x, Math.max(1, Math.ceilDiv(x.size(axis), chunks)), axis);
    }

    static List<Tensor> split(Tensor x, long size, int axis) {
        int normal = Engine.axis("split", x, axis);
        if (size < 1) {
            throw Engine.wrong("split: size " + size + " of " + x.shape());
        }
        List<Tensor> parts = new ArrayList<>();
        for (long start = 0; start < Math.max(1, x.size(normal)); start += size) {
            parts.add(narrow(x, normal, start, Math.min(size, x.size(normal) - start)));
        }
        return List.copyOf(parts);
    }

    static List<Tensor> unbind(Tensor x, int axis) {
        List<Tensor> parts = new ArrayList<>();
        for (long i = 0; i < x.size(axis); i++) {
            parts.add(select(x, axis, i));
        }
        return List.copyOf(parts);
    }

    static Tensor repeat(Tensor x, long... times) {
        Tensor result = reshape(x, leading(x, times.length));
        for (int axis = 0; axis < times.length; axis++) {
            if (times[axis] != 1) {
                Tensor[] copies = new Tensor[Math.toIntExact(times[axis])];
                Arrays.fill(copies, result);
                result = concat(axis, copies);
            }
        }
        return result;
    }

    static Tensor indexSelect(Tensor x, int axis, Tensor index) {
        return Engine.run(new IndexSelect(Engine.axis("indexSelect", x, axis)), x, index);
    }

    static Tensor gather(Tensor x, int axis, Tensor index) {
        return Engine.run(new Gather(Engine.axis("gather", x, axis)), x, index);
    }

    static Tensor concat(int axis, Tensor... parts) {
        if (parts.length == 0) {
            throw Engine.wrong("cat: no tensors given");
        }
        DType common = parts[0].dtype();
        for (Tensor part : parts) {
            common = Promotion.of(common, part.dtype());
        }
        Tensor[] same = new Tensor[parts.length];
        for (int i = 0; i < parts.length; i++) {
            same[i] = parts[i].to(common);
        }
        return Engine.run(new Concat(Engine.axis("cat", parts[0], axis)), same);
    }

    static Tensor stack(int axis, Tensor... parts) {
        if (parts.length == 0) {
            throw Engine.wrong("stack: no tensors given");
        }
        int normal = axis < 0 ? axis + parts[0].rank() + 1 : axis;
        Tensor[] raised = new Tensor[parts.length];
        for (int i = 0; i < parts.length; i++) {
            raised[i] = unsqueeze(parts[i], normal);
        }
        return concat(normal, raised);
    }

    private static long[] leading(Tensor x, int rank) {
        if (rank < x.rank()) {
            throw Engine.wrong("repeat: " + rank + " numbers for shape " + x.shape());
        }
        long[] sizes = new long[rank];
        Arrays.fill(sizes, 1);
        System.arraycopy(x.shape().toArray(), 0, sizes, rank - x.rank(), x.rank());
        return sizes;
    }

    private static long[] without(Tensor x, int axis) {
        List<Long> sizes = new ArrayList<>(boxed(x));
        sizes.remove(axis);
        return unboxed(sizes);
    }

    private static List<Long> boxed(Tensor x) {
        return Arrays.stream(x.shape().toArray()).boxed().toList();
    }

    private static long[] unboxed(List<Long> sizes) {
        return sizes.stream().mapToLong(Long::longValue).toArray();
    }
}
