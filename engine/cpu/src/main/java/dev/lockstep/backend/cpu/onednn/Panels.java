package dev.lockstep.backend.cpu.onednn;

import dev.lockstep.backend.cpu.onednn.Product.Strides;

/**
 * As many matrix products {@code [m, k] x [k, n]} as Winograd's transform has points, each result being some columns of
 * a wider matrix. The key of its plan.
 *
 * @param result strides of the results, whose columns lie one after the other
 */
record Panels(long batch, long m, long k, long n, Strides left, Strides right, Strides result) {}
