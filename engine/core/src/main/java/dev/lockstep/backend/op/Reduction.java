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
}
