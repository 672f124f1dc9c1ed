package dev.lockstep.backend.op;

import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;

/** Operations that make a value out of nothing. No inputs, one contiguous output. */
public sealed interface Creation extends Op {
    /** Allocates without writing: the contents are whatever was there. */
    record Empty(Shape shape, DType dtype) implements Creation {}

    /** Fills with one value. */
    record Full(Shape shape, DType dtype, double value) implements Creation {}

    /** Counts: element i is {@code start + i * step}, computed in f64 (in i64 for integral dtypes), then rounded. */
    record Arange(long count, DType dtype, double start, double step) implements Creation {}
}
