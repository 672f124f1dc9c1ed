/**
 * The operations, as records in sealed groups. Records hold values only, so that an op is a cache key. All of them live
 * here: without module-info a sealed type and its subtypes share a package. With them lives the arithmetic that every
 * backend must repeat bit by bit: {@link dev.lockstep.backend.op.ScalarMath}, {@link dev.lockstep.backend.op.FixedSum},
 * {@link dev.lockstep.backend.op.Philox}.
 *
 * <p>Note [Order of sums]: floating-point sums depend on their order, so there is one. It follows from the logical
 * shape and the axes alone, never from strides, threads or vector length. <em>Each element of a result is the
 * {@link dev.lockstep.backend.op.FixedSum} of its summands, taken in logical C order of the reduced axes.</em> Summand
 * e goes into lane {@code e % 16}; the sixteen lanes, which start at zero, are folded l + l+8, then + l+4, + l+2, +
 * l+1. After each block of 4096 summands the lanes are folded and start again at zero; the sums of the blocks are
 * summands of a next level, which follows the same rule. So a row of numbers takes 16 running sums in registers, and a
 * sum over leading axes (a bias gradient) takes 16 rows of running sums, row r into {@code r % 16}: both vectorise.
 * 16-bit values are summed in f32. A mean is the sum divided by the count. Products are multiplied in C order, one
 * after the other. Matrix products and convolutions are free in their order, as long as it is fixed by the shapes; the
 * sums of {@code EmbeddingGrad} and its like add row after row, as their docs say.
 *
 * <p>Note [Fused rounding]: a product that is added is rounded before the addition, except where a doc writes
 * {@code fma}.
 */
@NullMarked
package dev.lockstep.backend.op;

import org.jspecify.annotations.NullMarked;
