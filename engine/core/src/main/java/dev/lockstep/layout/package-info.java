/**
 * How values lie in memory and how sums are ordered: dtypes, shapes, strides, the tree over virtual ranks. Pure values,
 * no memory.
 */
@NullMarked
package dev.lockstep.layout;

import org.jspecify.annotations.NullMarked;
