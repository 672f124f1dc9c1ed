package dev.lockstep.backend.op;

import dev.lockstep.layout.Shape;

/** Reads and sums by index. Indexes are i64 (i32 taken too); one out of range is an error that names it. */
public sealed interface Indexing extends Op {
    /** Takes whole slices along an axis: (x, index [K]) to x with the axis' size K. */
    record IndexSelect(int axis) implements Indexing {}

    /** Gradient of {@link IndexSelect}: (g, index [K]), summed in order of k into zeros of {@code shape}. */
    record IndexSelectGrad(Shape shape, int axis) implements Indexing {}

    /** Takes single elements along an axis: (x, index) to a value of the index's shape. */
    record Gather(int axis) implements Indexing {}

    /** Gradient of {@link Gather}: (g, index), summed in order of the index's elements into zeros of {@code shape}. */
    record GatherGrad(Shape shape, int axis) implements Indexing {}

    /**
     * Overwrites single elements along an axis: (x, index, src of the index's shape) to x with element i of src in the
     * place that element i of the index names. Of several for one place the last in C order stays.
     */
    record Scatter(int axis) implements Indexing {}

    /** Looks rows up: (weight [V, D], index of any shape) to [index shape..., D]. */
    record Embedding() implements Indexing {}

    /**
     * Gradient of {@link Embedding} for its weight: (g, index) to [rows, D]; row {@code paddingIndex} stays zero (-1:
     * none).
     */
    record EmbeddingGrad(long rows, long paddingIndex) implements Indexing {}
}
