/**
 * The scalar twin: every op, for every dtype, in plain Java. Each kernel reads its inputs in logical order into heap
 * arrays, computes, and writes the result in logical order, so strides never touch the arithmetic. It is the oracle of
 * the other backends and the fallback where they do not support an op.
 */
@NullMarked
package dev.lockstep.backend.scalar;

import org.jspecify.annotations.NullMarked;
