package dev.lockstep.backend.op;

import dev.lockstep.layout.DType;

/**
 * Element-wise operations. Inputs broadcast; one output, dense, in the order of the first dense input of the output's
 * shape.
 */
public sealed interface Elementwise extends Pointwise {
    /** Applies a function of one argument: x to f(x). */
    record Unary(UnaryKind kind) implements Elementwise {
        @Override
        public String label() {
            return Op.camelCase(kind);
        }
    }

    /** Applies a function of two arguments of one dtype: (a, b) to f(a, b). */
    record Binary(BinaryKind kind) implements Elementwise {
        @Override
        public String label() {
            return Op.camelCase(kind);
        }
    }

    /**
     * Applies a function of two arguments of which one is a number: a to f(a, scalar), or f(scalar, a) if
     * {@code scalarFirst}.
     */
    record BinaryScalar(BinaryKind kind, double scalar, boolean scalarFirst) implements Elementwise {
        @Override
        public String label() {
            return Op.camelCase(kind);
        }
    }

    /** Limits to {@code [min, max]}; NaN stays NaN. */
    record Clamp(double min, double max) implements Elementwise {}

    /** Chooses: (condition bool, a, b) to {@code condition ? a : b}. */
    record Where() implements Elementwise {}

    /**
     * Normalises: (x, mean, rstd, weight, bias) to {@code fma((x - mean) rstd, weight, bias)}. Made below autograd from
     * a {@link Normalization.BatchNorm}; a graph never has one.
     */
    record Normalize() implements Elementwise {}

    /** Converts to another dtype: towards zero to integers, to nearest even among floats, {@code != 0} to bool. */
    record Cast(DType dtype) implements Elementwise {}

    /** Copies into a new dense block: C order, or channels-last for a 4-D value. */
    record Copy(Order order) implements Elementwise {
        /** The physical order of the copy. */
        public enum Order {
            CONTIGUOUS,
            CHANNELS_LAST
        }
    }
}
