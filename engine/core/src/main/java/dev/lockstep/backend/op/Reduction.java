package dev.lockstep.backend.op;

/** Operations that fold axes. NaN propagates through maxima. */
public sealed interface Reduction extends Op {
    /** Reduces axes: x to f(x), with the axes kept as size 1 or dropped. Integers and bools sum to i64. */
    record Reduce(ReduceKind kind, Axes axes, boolean keepDims) implements Reduction {
        @Override
        public String label() {
            return Op.camelCase(kind);
        }
    }

    /** Finds the index (i64) of the first largest (or smallest) element along one axis. */
    record ArgReduce(boolean largest, int axis, boolean keepDims) implements Reduction {
        @Override
        public String label() {
            return largest ? "argmax" : "argmin";
        }
    }

    /** Softmax along one axis, or its logarithm; the maximum is subtracted first. */
    record Softmax(int axis, boolean log) implements Reduction {
        @Override
        public String label() {
            return log ? "logSoftmax" : "softmax";
        }
    }

    /** Gradient of {@link Softmax}: (y, g) to the gradient of x. */
    record SoftmaxGrad(int axis, boolean log) implements Reduction {}

    /**
     * Running sum or product along one axis, one element after the other, from its end if {@code reverse}. Integers and
     * bools give I64.
     */
    record Scan(ScanKind kind, int axis, boolean reverse) implements Reduction {
        @Override
        public String label() {
            return kind == ScanKind.SUM ? "cumsum" : "cumprod";
        }
    }

    /**
     * Gradient of a running product: (g, x) to {@code dx_k = p_k s_k}, with p_k the product of what is before k and
     * {@code s_k = g_k + x_{k+1} s_{k+1}}. No division, so zeros do no harm.
     */
    record ScanProductGrad(int axis) implements Reduction {}

    /** Gradient of a product over axes: (g with the axes kept, x) to g times the product of all other elements. */
    record ProductGrad(Axes axes) implements Reduction {}

    /** Sorts along one axis, stably: x to (values, index i64). NaN counts as the largest. */
    record Sort(int axis, boolean descending) implements Reduction {}
}
