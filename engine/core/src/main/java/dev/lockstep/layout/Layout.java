package dev.lockstep.layout;

import java.util.Arrays;
import java.util.Optional;

/**
 * Says where the elements of a tensor lie in its storage: shape, strides and offset, in elements. Immutable; a cache
 * key.
 */
public final class Layout {
    private final Shape shape;
    private final long[] strides;
    private final long offset;
    private final int hash;

    private Layout(Shape shape, long[] strides, long offset) {
        if (strides.length != shape.rank() || offset < 0) {
            throw new IllegalArgumentException(
                    "layout: strides " + Arrays.toString(strides) + ", offset " + offset + " do not fit " + shape);
        }
        this.shape = shape;
        this.strides = strides;
        this.offset = offset;
        this.hash = 31 * (31 * shape.hashCode() + Arrays.hashCode(strides)) + Long.hashCode(offset);
    }

    /** Makes a layout of any strides. */
    public static Layout of(Shape shape, long[] strides, long offset) {
        return new Layout(shape, strides.clone(), offset);
    }

    /** Makes the C-order layout of a shape. */
    public static Layout contiguous(Shape shape) {
        long[] strides = new long[shape.rank()];
        long step = 1;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            strides[axis] = step;
            step *= Math.max(1, shape.size(axis));
        }
        return new Layout(shape, strides, 0);
    }

    /** Makes the channels-last (NHWC in memory) layout of a logical {@code [N, C, H, W]} shape. */
    public static Layout channelsLast(Shape shape) {
        if (shape.rank() != 4) {
            throw new IllegalArgumentException("channels-last needs [N, C, H, W], got " + shape);
        }
        long c = Math.max(1, shape.size(1));
        long w = Math.max(1, shape.size(3));
        long h = Math.max(1, shape.size(2));
        return new Layout(shape, new long[] {c * h * w, 1, w * c, c}, 0);
    }

    /** {@return the logical shape} */
    public Shape shape() {
        return shape;
    }

    /** {@return the stride of an axis in elements; negative axes count from the end} */
    public long stride(int axis) {
        return strides[shape.axis(axis)];
    }

    /** {@return a copy of the strides, in elements} */
    public long[] strides() {
        return strides.clone();
    }

    /** {@return the first element's place in the storage, in elements} */
    public long offset() {
        return offset;
    }

    /** {@return whether several elements share one place because an axis does not move} Without elements none do. */
    public boolean isExpanded() {
        for (int axis = 0; axis < shape.rank(); axis++) {
            if (strides[axis] == 0 && shape.size(axis) > 1) {
                return shape.elements() > 0;
            }
        }
        return false;
    }

    /** {@return whether elements lie in C order without gaps; axes of size 1 do not matter} */
    public boolean isContiguous() {
        long step = 1;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            if (shape.size(axis) != 1 && strides[axis] != step) {
                return shape.elements() == 0;
            }
            step *= shape.size(axis);
        }
        return true;
    }

    /** {@return whether this is a 4-D layout with channels innermost and no gaps} */
    public boolean isChannelsLast() {
        return shape.rank() == 4 && permute(0, 2, 3, 1).isContiguous();
    }

    /** {@return whether the elements fill one gapless block, in whatever order of axes} */
    public boolean isDense() {
        return isContiguous() || isDenseInSomeOrder();
    }

    private boolean isDenseInSomeOrder() {
        int[] axes = axesInMemory();
        long step = 1;
        for (int i = axes.length - 1; i >= 0; i--) {
            if (strides[axes[i]] != step) {
                return shape.elements() == 0;
            }
            step *= shape.size(axes[i]);
        }
        return true;
    }

    /**
     * {@return the axes whose size is not 1, from the largest stride to the smallest; of equal strides the first axis
     * comes first}
     */
    public int[] axesInMemory() {
        int[] axes = new int[shape.rank()];
        int count = 0;
        for (int axis = 0; axis < axes.length; axis++) {
            if (shape.size(axis) != 1) {
                int place = count++;
                for (; place > 0 && strides[axes[place - 1]] < strides[axis]; place--) {
                    axes[place] = axes[place - 1];
                }
                axes[place] = axis;
            }
        }
        return Arrays.copyOf(axes, count);
    }

    /** {@return this layout with its axes reordered: axis i of the result is axis {@code axes[i]} of this} */
    public Layout permute(int... axes) {
        if (axes.length != shape.rank()) {
            throw new IllegalArgumentException("permute: " + Arrays.toString(axes) + " does not fit " + shape);
        }
        boolean[] seen = new boolean[axes.length];
        long[] sizes = new long[axes.length];
        long[] steps = new long[axes.length];
        for (int i = 0; i < axes.length; i++) {
            int axis = shape.axis(axes[i]);
            if (seen[axis]) {
                throw new IllegalArgumentException("permute: axis " + axis + " twice in " + Arrays.toString(axes));
            }
            seen[axis] = true;
            sizes[i] = shape.size(axis);
            steps[i] = strides[axis];
        }
        return new Layout(Shape.of(sizes), steps, offset);
    }

    /** {@return this layout broadcast to {@code target} with stride 0 on the new or stretched axes} */
    public Layout expand(Shape target) {
        if (!Shape.broadcast(shape, target).equals(target)) {
            throw new IllegalArgumentException("expand: " + shape + " does not expand to " + target);
        }
        long[] steps = new long[target.rank()];
        for (int i = 1; i <= shape.rank(); i++) {
            boolean stretched = shape.size(-i) == 1 && target.size(-i) != 1;
            steps[target.rank() - i] = stretched ? 0 : stride(-i);
        }
        return new Layout(target, steps, offset);
    }

    /**
     * {@return the part of one axis that starts at {@code start} and takes {@code length} elements, {@code step} apart}
     */
    public Layout narrow(int axis, long start, long length, long step) {
        int index = shape.axis(axis);
        boolean fits = start >= 0 && length >= 0 && step >= 1;
        if (!fits || (length > 0 && start + (length - 1) * step >= shape.size(index))) {
            throw new IllegalArgumentException("narrow: start " + start + ", length " + length + ", step " + step
                    + " leaves axis " + index + " of " + shape);
        }
        long[] steps = strides.clone();
        steps[index] *= step;
        long moved = length == 0 ? offset : offset + start * strides[index];
        return new Layout(shape.with(index, length), steps, moved);
    }

    /**
     * {@return the diagonal of two axes as a new last axis, without these}
     *
     * @param offset how many columns the diagonal lies to the right of the main one
     */
    public Layout diagonal(long offset, int first, int second) {
        int row = shape.axis(first);
        int column = shape.axis(second);
        if (row == column) {
            throw new IllegalArgumentException("diagonal: axis " + row + " twice, of " + shape);
        }
        long fromRow = Math.max(0, -offset);
        long fromColumn = Math.max(0, offset);
        long length = Math.max(0, Math.min(shape.size(row) - fromRow, shape.size(column) - fromColumn));
        long[] sizes = new long[shape.rank() - 1];
        long[] steps = new long[sizes.length];
        int next = 0;
        for (int axis = 0; axis < shape.rank(); axis++) {
            if (axis != row && axis != column) {
                sizes[next] = shape.size(axis);
                steps[next++] = strides[axis];
            }
        }
        sizes[next] = length;
        steps[next] = strides[row] + strides[column];
        long moved = length == 0 ? 0 : fromRow * strides[row] + fromColumn * strides[column];
        return new Layout(Shape.of(sizes), steps, offset() + moved);
    }

    /**
     * {@return the windows of {@code size} elements of an axis, {@code step} apart: the axis counts them, a new last
     * one their elements}
     */
    public Layout unfold(int axis, long size, long step) {
        int index = shape.axis(axis);
        if (size < 1 || step < 1 || size > shape.size(index)) {
            throw new IllegalArgumentException(
                    "unfold: windows of " + size + ", step " + step + " do not fit axis " + index + " of " + shape);
        }
        long[] sizes = Arrays.copyOf(shape.toArray(), shape.rank() + 1);
        long[] steps = Arrays.copyOf(strides, strides.length + 1);
        sizes[index] = (shape.size(index) - size) / step + 1;
        steps[index] = strides[index] * step;
        sizes[shape.rank()] = size;
        steps[shape.rank()] = strides[index];
        return new Layout(Shape.of(sizes), steps, offset);
    }

    /** {@return this layout from another place on: {@code elements} further, or back} */
    public Layout movedBy(long elements) {
        return elements == 0 ? this : new Layout(shape, strides, offset + elements);
    }

    /** {@return the last place that an element takes, in elements; -1 if there is none} */
    public long lastPlace() {
        long last = offset;
        for (int axis = 0; axis < shape.rank(); axis++) {
            last += (shape.size(axis) - 1) * Math.max(0, strides[axis]);
        }
        return shape.elements() == 0 ? -1 : last;
    }

    /** {@return this layout seen in another shape of as many elements, or empty where that needs a copy} */
    public Optional<Layout> reshape(Shape target) {
        if (target.elements() != shape.elements()) {
            throw new IllegalArgumentException("reshape: " + shape + " has " + shape.elements() + " elements, " + target
                    + " has " + target.elements());
        }
        if (isContiguous()) {
            return Optional.of(new Layout(target, contiguous(target).strides, offset));
        }
        return Reshaping.strides(this, target).map(steps -> new Layout(target, steps, offset));
    }

    /**
     * {@return how many elements lie in the row that this layout, broadcast to a dense one, repeats over and over in
     * the order of that one's memory; 0 where it does not broadcast, or not to the repetition of a row}
     */
    public long rowIn(Layout dense) {
        if (!shape.broadcastsTo(dense.shape)) {
            return 0;
        }
        Layout wide = expand(dense.shape);
        int[] axes = dense.axesInMemory();
        int next = axes.length - 1;
        long row = 1;
        for (; next >= 0 && wide.strides[axes[next]] == row; next--) {
            row *= dense.shape.size(axes[next]);
        }
        for (; next >= 0; next--) {
            if (wide.strides[axes[next]] != 0) {
                return 0;
            }
        }
        return row;
    }

    /** {@return whether shape and strides are those of another layout, wherever both start} */
    public boolean hasStridesOf(Layout other) {
        return shape.equals(other.shape) && Arrays.equals(strides, other.strides);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Layout that
                && offset == that.offset
                && shape.equals(that.shape)
                && Arrays.equals(strides, that.strides);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return shape + " strides " + Arrays.toString(strides) + (offset == 0 ? "" : " offset " + offset);
    }
}
