package dev.lockstep.layout;

import java.util.Arrays;

/** Holds the sizes of a tensor's axes. Immutable; usable as a cache key. */
public final class Shape {
    private static final Shape SCALAR = new Shape(new long[0]);

    private final long[] sizes;
    private final long elements;
    private final int hash;

    private Shape(long[] sizes) {
        this.sizes = sizes;
        long product = 1;
        for (long size : sizes) {
            if (size < 0) {
                throw new IllegalArgumentException("shape: negative size in " + Arrays.toString(sizes));
            }
            product = Math.multiplyExact(product, size);
        }
        this.elements = product;
        this.hash = Arrays.hashCode(sizes);
    }

    /** Makes a shape of the given sizes; none at all is a 0-dim tensor. */
    public static Shape of(long... sizes) {
        return sizes.length == 0 ? SCALAR : new Shape(sizes.clone());
    }

    /** {@return the number of axes} */
    public int rank() {
        return sizes.length;
    }

    /** {@return the size of an axis; negative axes count from the end} */
    public long size(int axis) {
        return sizes[axis(axis)];
    }

    /** Turns an axis that may be negative into an index, or says that it is out of range. */
    public int axis(int axis) {
        int index = axis < 0 ? axis + sizes.length : axis;
        if (index < 0 || index >= sizes.length) {
            throw new IllegalArgumentException("axis " + axis + " is out of range for shape " + this);
        }
        return index;
    }

    /** {@return the number of elements; 1 for a 0-dim tensor} */
    public long elements() {
        return elements;
    }

    /** {@return a copy of the sizes} */
    public long[] toArray() {
        return sizes.clone();
    }

    /** {@return this shape with one axis' size replaced} */
    public Shape with(int axis, long size) {
        long[] copy = sizes.clone();
        copy[axis(axis)] = size;
        return new Shape(copy);
    }

    /**
     * Broadcasts two shapes by torch's rule: aligned from the last axis, sizes equal or one of them 1.
     *
     * @throws IllegalArgumentException naming both shapes, if they do not broadcast
     */
    public static Shape broadcast(Shape left, Shape right) {
        int rank = Math.max(left.rank(), right.rank());
        long[] out = new long[rank];
        for (int i = 1; i <= rank; i++) {
            long a = i <= left.rank() ? left.size(-i) : 1;
            long b = i <= right.rank() ? right.size(-i) : 1;
            if (a != b && a != 1 && b != 1) {
                throw new IllegalArgumentException("shapes do not broadcast: " + left + " and " + right);
            }
            out[rank - i] = a == 1 ? b : a;
        }
        return new Shape(out);
    }

    /** {@return whether a value of this shape broadcasts to another one, which stays as it is} */
    public boolean broadcastsTo(Shape target) {
        if (rank() > target.rank()) {
            return false;
        }
        for (int axis = -1; axis >= -rank(); axis--) {
            if (size(axis) != 1 && size(axis) != target.size(axis)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape that && Arrays.equals(sizes, that.sizes);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return Arrays.toString(sizes);
    }
}
