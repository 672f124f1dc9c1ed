package dev.lockstep.tensor;

import dev.lockstep.backend.op.ReduceKind;

/**
 * The methods of {@link Tensor} that fold axes. Axes may be negative: they count from the end. Integers and bools sum
 * to I64.
 */
public sealed interface ReductionMethods permits Tensor {
    /** Sums over axes, dropping them; over all without an argument. */
    default Tensor sum(int... axes) {
        return ReductionOps.reduce(ReduceKind.SUM, (Tensor) this, false, axes);
    }

    /** Sums over axes, kept as size 1 if {@code keepDims}. */
    default Tensor sum(boolean keepDims, int... axes) {
        return ReductionOps.reduce(ReduceKind.SUM, (Tensor) this, keepDims, axes);
    }

    /** Averages over axes, dropping them; over all without an argument. */
    default Tensor mean(int... axes) {
        return ReductionOps.reduce(ReduceKind.MEAN, (Tensor) this, false, axes);
    }

    /** Averages over axes, kept as size 1 if {@code keepDims}. */
    default Tensor mean(boolean keepDims, int... axes) {
        return ReductionOps.reduce(ReduceKind.MEAN, (Tensor) this, keepDims, axes);
    }

    /** Multiplies over axes; over all without an argument. */
    default Tensor prod(int... axes) {
        return ReductionOps.reduce(ReduceKind.PROD, (Tensor) this, false, axes);
    }

    /** Multiplies over axes, kept as size 1 if {@code keepDims}. */
    default Tensor prod(boolean keepDims, int... axes) {
        return ReductionOps.reduce(ReduceKind.PROD, (Tensor) this, keepDims, axes);
    }

    /** Takes the largest over axes, kept as size 1 if {@code keepDims}; NaN wins. Equal ones share the gradient. */
    default Tensor amax(boolean keepDims, int... axes) {
        return ReductionOps.reduce(ReduceKind.AMAX, (Tensor) this, keepDims, axes);
    }

    /** Takes the smallest over axes, kept as size 1 if {@code keepDims}; NaN wins. Equal ones share the gradient. */
    default Tensor amin(boolean keepDims, int... axes) {
        return ReductionOps.reduce(ReduceKind.AMIN, (Tensor) this, keepDims, axes);
    }

    /** Takes the largest of all elements. */
    default Tensor max() {
        return ReductionOps.reduce(ReduceKind.AMAX, (Tensor) this, false);
    }

    /** Takes the smallest of all elements. */
    default Tensor min() {
        return ReductionOps.reduce(ReduceKind.AMIN, (Tensor) this, false);
    }

    /** Takes the largest along an axis and the index of the first of them. */
    default ValuesAndIndices max(int axis) {
        return ReductionOps.extreme(true, (Tensor) this, axis);
    }

    /** Takes the smallest along an axis and the index of the first of them. */
    default ValuesAndIndices min(int axis) {
        return ReductionOps.extreme(false, (Tensor) this, axis);
    }

    /** Finds the index (I64) of the first largest of all elements, counted in C order. */
    default Tensor argmax() {
        return ReductionOps.argAll(true, (Tensor) this);
    }

    /** Finds the index (I64) of the first largest along an axis. */
    default Tensor argmax(int axis) {
        return ReductionOps.arg(true, (Tensor) this, axis);
    }

    /** Finds the index (I64) of the first smallest of all elements, counted in C order. */
    default Tensor argmin() {
        return ReductionOps.argAll(false, (Tensor) this);
    }

    /** Finds the index (I64) of the first smallest along an axis. */
    default Tensor argmin(int axis) {
        return ReductionOps.arg(false, (Tensor) this, axis);
    }

    /** Tells whether any element over the axes is non-zero; over all without an argument. */
    default Tensor any(int... axes) {
        return ReductionOps.reduce(ReduceKind.ANY, (Tensor) this, false, axes);
    }

    /** Tells whether all elements over the axes are non-zero; over all without an argument. */
    default Tensor all(int... axes) {
        return ReductionOps.reduce(ReduceKind.ALL, (Tensor) this, false, axes);
    }

    /** Tells whether any element over axes is non-zero, the axes kept as size 1 if {@code keepDims}. */
    default Tensor any(boolean keepDims, int... axes) {
        return ReductionOps.reduce(ReduceKind.ANY, (Tensor) this, keepDims, axes);
    }

    /** Tells whether all elements over axes are non-zero, the axes kept as size 1 if {@code keepDims}. */
    default Tensor all(boolean keepDims, int... axes) {
        return ReductionOps.reduce(ReduceKind.ALL, (Tensor) this, keepDims, axes);
    }

    /** Counts the elements over axes that are not zero (I64); over all without an argument. */
    default Tensor countNonzero(int... axes) {
        return ReductionOps.countNonzero((Tensor) this, axes);
    }

    /** Gives the unbiased variance over axes (divides by n - 1); over all without an argument. */
    default Tensor var(int... axes) {
        return ReductionOps.variance((Tensor) this, 1, false, axes);
    }

    /** Gives the variance over axes with divisor n - {@code correction}. */
    default Tensor var(int correction, boolean keepDims, int... axes) {
        return ReductionOps.variance((Tensor) this, correction, keepDims, axes);
    }

    /** Gives the unbiased standard deviation over axes; over all without an argument. */
    default Tensor std(int... axes) {
        return ReductionOps.variance((Tensor) this, 1, false, axes).sqrt();
    }

    /** Gives the standard deviation over axes with divisor n - {@code correction}. */
    default Tensor std(int correction, boolean keepDims, int... axes) {
        return ReductionOps.variance((Tensor) this, correction, keepDims, axes).sqrt();
    }

    /** Gives variance (divisor n - {@code correction}) and mean over axes. */
    default VarianceAndMean varMean(int correction, boolean keepDims, int... axes) {
        return ReductionOps.varMean((Tensor) this, correction, keepDims, axes);
    }

    /** Gives the Euclidean norm over axes; over all without an argument. */
    default Tensor norm(int... axes) {
        return ReductionOps.norm((Tensor) this, 2, false, axes);
    }

    /** Gives the p-norm {@code (sum |x|^p)^(1/p)} over axes; p may be infinite, or 0, which counts. */
    default Tensor norm(double p, boolean keepDims, int... axes) {
        return ReductionOps.norm((Tensor) this, p, keepDims, axes);
    }

    /** Gives {@code log(sum(e^x))} over axes; the maximum is subtracted first. */
    default Tensor logSumExp(int... axes) {
        return ReductionOps.logSumExp((Tensor) this, false, axes);
    }

    /** Gives {@code log(sum(e^x))} over axes, kept as size 1 if {@code keepDims}. */
    default Tensor logSumExp(boolean keepDims, int... axes) {
        return ReductionOps.logSumExp((Tensor) this, keepDims, axes);
    }

    /** Gives {@code e^x / sum(e^x)} along an axis; the maximum is subtracted first. */
    default Tensor softmax(int axis) {
        return ReductionOps.softmax((Tensor) this, axis, false);
    }

    /** Gives the logarithm of {@link #softmax} along an axis. */
    default Tensor logSoftmax(int axis) {
        return ReductionOps.softmax((Tensor) this, axis, true);
    }
}
