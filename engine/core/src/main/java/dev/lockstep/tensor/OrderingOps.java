package dev.lockstep.tensor;

import dev.lockstep.backend.op.Reduction.Scan;
import dev.lockstep.backend.op.Reduction.Sort;
import dev.lockstep.backend.op.ScanKind;
import dev.lockstep.layout.DType;

/** Sorting and what is read off a sorted axis. */
final class OrderingOps {
    private OrderingOps() {}

    static Tensor scan(ScanKind kind, Tensor x, int axis) {
        if (x.rank() == 0) {
            return scan(kind, x.unsqueeze(0), axis).squeeze(0);
        }
        Scan op = new Scan(kind, Engine.axis(kind == ScanKind.SUM ? "cumsum" : "cumprod", x, axis), false);
        return Engine.run(op, x);
    }

    static ValuesAndIndices sort(Tensor x, int axis, boolean descending) {
        if (x.rank() == 0) {
            return new ValuesAndIndices(x.clone(), Tensors.zeros(DType.I64));
        }
        Tensor[] sorted = Engine.runAll(new Sort(Engine.axis("sort", x, axis), descending), x);
        return new ValuesAndIndices(sorted[0], sorted[1]);
    }

    static ValuesAndIndices topk(Tensor x, int k, int axis, boolean largest) {
        int normal = Engine.axis("topk", x, axis);
        if (k < 0 || k > x.size(normal)) {
            throw Engine.wrong("topk: k is " + k + ", axis " + axis + " of " + x.shape() + " has " + x.size(normal));
        }
        ValuesAndIndices sorted = sort(x, normal, largest);
        return new ValuesAndIndices(
                sorted.values().narrow(normal, 0, k), sorted.indices().narrow(normal, 0, k));
    }

    static ValuesAndIndices kthValue(Tensor x, int k, int axis) {
        int normal = Engine.axis("kthValue", x, axis);
        if (k < 1 || k > x.size(normal)) {
            throw Engine.wrong(
                    "kthValue: k is " + k + ", axis " + axis + " of " + x.shape() + " has " + x.size(normal));
        }
        ValuesAndIndices sorted = sort(x, normal, false);
        return new ValuesAndIndices(
                sorted.values().select(normal, k - 1), sorted.indices().select(normal, k - 1));
    }

    /** NaN is sorted to the end, so that an axis that ends with one has its first one for a middle. */
    static ValuesAndIndices median(Tensor x, int axis) {
        int normal = Engine.axis("median", x, axis);
        long length = x.size(normal);
        if (length == 0) {
            throw Engine.wrong("median: axis " + axis + " of " + x.shape() + " has no elements");
        }
        ValuesAndIndices middle = kthValue(x, (int) ((length + 1) / 2), normal);
        if (!x.dtype().isFloating()) {
            return middle;
        }
        Tensor nan = x.isNan();
        Tensor hasNan = nan.any(normal);
        Tensor firstNan = nan.to(DType.U8).argmax(normal);
        return new ValuesAndIndices(
                middle.values().maskedFill(hasNan, Double.NaN), Tensors.where(hasNan, firstNan, middle.indices()));
    }
}
