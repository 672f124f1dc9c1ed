package dev.lockstep.tensor;

import dev.lockstep.backend.op.ScanKind;

/** The methods of {@link Tensor} that sort or accumulate along an axis. Sorts are stable; NaN counts as the largest. */
public sealed interface OrderingMethods permits Tensor {
    /** Sums along an axis up to each element. */
    default Tensor cumsum(int axis) {
        return OrderingOps.scan(ScanKind.SUM, (Tensor) this, axis);
    }

    /** Multiplies along an axis up to each element. */
    default Tensor cumprod(int axis) {
        return OrderingOps.scan(ScanKind.PROD, (Tensor) this, axis);
    }

    /** Sorts the last axis, smallest first. */
    default ValuesAndIndices sort() {
        return OrderingOps.sort((Tensor) this, -1, false);
    }

    /** Sorts along an axis and tells where each element was. */
    default ValuesAndIndices sort(int axis, boolean descending) {
        return OrderingOps.sort((Tensor) this, axis, descending);
    }

    /** Gives the index (I64) of each element of the sorted axis. */
    default Tensor argsort(int axis, boolean descending) {
        return OrderingOps.sort((Tensor) this, axis, descending).indices();
    }

    /** Takes the k largest of the last axis, the largest first. */
    default ValuesAndIndices topk(int k) {
        return OrderingOps.topk((Tensor) this, k, -1, true);
    }

    /** Takes the k largest or smallest along an axis, the most extreme first; of equal ones the first. */
    default ValuesAndIndices topk(int k, int axis, boolean largest) {
        return OrderingOps.topk((Tensor) this, k, axis, largest);
    }

    /** Takes the k-th smallest along an axis, counted from 1. */
    default ValuesAndIndices kthValue(int k, int axis) {
        return OrderingOps.kthValue((Tensor) this, k, axis);
    }

    /** Takes the middle of all elements, the lower of two; NaN if there is one. */
    default Tensor median() {
        return OrderingOps.median(((Tensor) this).flatten(), 0).values();
    }

    /** Takes the middle along an axis, the lower of two, and where it is; NaN if there is one. */
    default ValuesAndIndices median(int axis) {
        return OrderingOps.median((Tensor) this, axis);
    }
}
