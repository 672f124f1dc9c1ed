package dev.lockstep.backend.op;

import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.util.List;

/** Operations that move elements or see them otherwise. */
public sealed interface Shaping extends Op {
    /** Those that only change the layout: the output shares the input's storage. */
    sealed interface View extends Shaping {}

    /** Sees the elements in another shape. A layout that does not allow it is copied in logical order first. */
    record Reshape(Shape shape) implements View {}

    /** Reorders axes: axis i of the result is axis {@code order.get(i)} of the input. */
    record Permute(List<Integer> order) implements View {
        /** Copies the list. */
        public Permute {
            order = List.copyOf(order);
        }
    }

    /** Broadcasts to a larger shape with stride 0. */
    record Expand(Shape shape) implements View {}

    /** Takes {@code length} elements of an axis from {@code start}, {@code step} apart. */
    record Narrow(int axis, long start, long length, long step) implements View {}

    /** Sees the elements of a value in C order under other strides, from its first element on: torch's as_strided. */
    record AsStrided(Layout places) implements View {}

    /** Sees the diagonal of two axes as a new last axis; {@code offset} columns to the right of the main one. */
    record Diagonal(long offset, int first, int second) implements View {}

    /** Sees windows of {@code size} elements of an axis, {@code step} apart, as a new last axis. */
    record Unfold(int axis, long size, long step) implements View {}

    /** Shares the storage under the same layout, without history. */
    record Detach() implements View {}

    /** Gradient of {@link Narrow}: g, placed into zeros of {@code shape}. */
    record NarrowGrad(Shape shape, int axis, long start, long step) implements Shaping {}

    /**
     * Gradient of {@link AsStrided}, {@link Diagonal} and {@link Unfold}: g, each element added in C order to the place
     * where it was read, into zeros of {@code shape} in C order.
     */
    record StridedGrad(Shape shape, Layout places) implements Shaping {}

    /** Joins any number of inputs along an existing axis. */
    record Concat(int axis) implements Shaping {}
}
