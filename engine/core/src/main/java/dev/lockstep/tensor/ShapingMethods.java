package dev.lockstep.tensor;

import dev.lockstep.layout.Shape;
import java.util.List;

/**
 * The methods of {@link Tensor} that see, cut or pick elements. Views share memory, as torch's do; axes may be
 * negative.
 */
public sealed interface ShapingMethods permits Tensor {
    /** Sees the elements in another shape (one size may be -1); a channels-last tensor that does not fit is copied. */
    default Tensor view(long... sizes) {
        return ShapingOps.view((Tensor) this, sizes);
    }

    /** Gives the elements another shape (one size may be -1), copying where a view does not do. */
    default Tensor reshape(long... sizes) {
        return ShapingOps.reshape((Tensor) this, sizes);
    }

    /** Gives the elements another shape, copying where a view does not do. */
    default Tensor reshape(Shape shape) {
        return ShapingOps.reshape((Tensor) this, shape.toArray());
    }

    /** Merges all axes into one. */
    default Tensor flatten() {
        return ShapingOps.flatten((Tensor) this, 0, -1);
    }

    /** Merges the axes from {@code start} on into one. */
    default Tensor flatten(int start) {
        return ShapingOps.flatten((Tensor) this, start, -1);
    }

    /** Merges the axes {@code start} to {@code end} (inclusive) into one. */
    default Tensor flatten(int start, int end) {
        return ShapingOps.flatten((Tensor) this, start, end);
    }

    /** Splits an axis into several (one size may be -1). */
    default Tensor unflatten(int axis, long... sizes) {
        return ShapingOps.unflatten((Tensor) this, axis, sizes);
    }

    /** Drops all axes of size 1. */
    default Tensor squeeze() {
        return ShapingOps.squeeze((Tensor) this);
    }

    /** Drops an axis if its size is 1. */
    default Tensor squeeze(int axis) {
        return ShapingOps.squeeze((Tensor) this, axis);
    }

    /** Puts an axis of size 1 before {@code axis}. */
    default Tensor unsqueeze(int axis) {
        return ShapingOps.unsqueeze((Tensor) this, axis);
    }

    /** Swaps two axes. */
    default Tensor transpose(int a, int b) {
        return ShapingOps.transpose((Tensor) this, a, b);
    }

    /** Transposes a matrix; fewer axes stay as they are. */
    default Tensor t() {
        return ShapingOps.t((Tensor) this);
    }

    /** Reorders axes: axis i of the result is axis {@code order[i]} of this. */
    default Tensor permute(int... order) {
        return ShapingOps.permute((Tensor) this, order);
    }

    /** Broadcasts to a larger shape without a copy; -1 leaves a size as it is. */
    default Tensor expand(long... sizes) {
        return ShapingOps.expand((Tensor) this, sizes);
    }

    /** Broadcasts to the shape of another tensor. */
    default Tensor expandAs(Tensor other) {
        return ShapingOps.expand((Tensor) this, other.shape().toArray());
    }

    /** Takes {@code length} elements of an axis from {@code start}. */
    default Tensor narrow(int axis, long start, long length) {
        return ShapingOps.narrow((Tensor) this, axis, start, length);
    }

    /** Takes one element of an axis and drops the axis; a negative index counts from the end. */
    default Tensor select(int axis, long index) {
        return ShapingOps.select((Tensor) this, axis, index);
    }

    /**
     * Takes the elements {@code start} (inclusive) to {@code end} (exclusive) of an axis; bounds as Python's slices.
     */
    default Tensor slice(int axis, long start, long end) {
        return ShapingOps.slice((Tensor) this, axis, start, end, 1);
    }

    /** Takes every {@code step}-th element of a slice of an axis. */
    default Tensor slice(int axis, long start, long end, long step) {
        return ShapingOps.slice((Tensor) this, axis, start, end, step);
    }

    /** Cuts an axis into {@code chunks} parts of equal size, the last smaller. */
    default List<Tensor> chunk(int chunks, int axis) {
        return ShapingOps.chunk((Tensor) this, chunks, axis);
    }

    /** Cuts an axis into parts of {@code size}, the last smaller. */
    default List<Tensor> split(long size, int axis) {
        return ShapingOps.split((Tensor) this, size, axis);
    }

    /** Cuts an axis into its single elements, without the axis. */
    default List<Tensor> unbind(int axis) {
        return ShapingOps.unbind((Tensor) this, axis);
    }

    /** Moves axes to other places; the rest keep their order. */
    default Tensor movedim(int[] from, int[] to) {
        return RearrangingOps.movedim((Tensor) this, from, to);
    }

    /** Moves an axis to another place; the rest keep their order. */
    default Tensor movedim(int from, int to) {
        return RearrangingOps.movedim((Tensor) this, new int[] {from}, new int[] {to});
    }

    /** Cuts an axis into parts of given sizes. */
    default List<Tensor> split(long[] sizes, int axis) {
        return RearrangingOps.split((Tensor) this, sizes, axis);
    }

    /** Sees the diagonal of the first two axes as a new last axis. */
    default Tensor diagonal() {
        return diagonal(0, 0, 1);
    }

    /** Sees the diagonal of two axes, {@code offset} columns to the right, as a new last axis. */
    default Tensor diagonal(long offset, int first, int second) {
        return RearrangingOps.diagonal((Tensor) this, offset, first, second);
    }

    /**
     * Sees the elements, taken in C order, under other strides. What does not lie in C order is copied first; torch
     * counts through the storage instead.
     */
    default Tensor asStrided(long[] sizes, long[] strides, long offset) {
        return RearrangingOps.asStrided((Tensor) this, sizes, strides, offset);
    }

    /** Sees windows of {@code size} elements of an axis, {@code step} apart, as a new last axis. */
    default Tensor unfold(int axis, long size, long step) {
        return RearrangingOps.unfold((Tensor) this, axis, size, step);
    }
}
