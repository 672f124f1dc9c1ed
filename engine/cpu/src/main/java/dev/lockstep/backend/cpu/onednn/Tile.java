package dev.lockstep.backend.cpu.onednn;

import dev.lockstep.backend.cpu.onednn.Product.Strides;
import dev.lockstep.layout.DType;

/**
 * One matrix product {@code [m, k] x [k, n]} inside larger tensors: the rows of the result, which is f32, are
 * {@code row} elements apart. The key of its plan.
 *
 * @param factors what both operands are: F32 or BF16
 */
record Tile(long m, long k, long n, Strides left, Strides right, long row, DType factors) {}
