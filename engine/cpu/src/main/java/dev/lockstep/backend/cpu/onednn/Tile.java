package dev.lockstep.backend.cpu.onednn;

import dev.lockstep.backend.cpu.onednn.Product.Strides;

/**
 * One matrix product {@code [m, k] x [k, n]} inside larger tensors: the rows of the result are {@code row} elements
 * apart. The key of its plan.
 */
record Tile(long m, long k, long n, Strides left, Strides right, long row) {
    /** Strides of a matrix whose rows are {@code row} elements apart. */
    static Strides rows(long row) {
        return new Strides(0, row, 1);
    }

    /** Strides of such a matrix, transposed. */
    static Strides transposed(long row) {
        return new Strides(0, 1, row);
    }
}
