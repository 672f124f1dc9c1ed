package dev.lockstep.backend.op;

import java.util.Arrays;

/** An immutable list of axes, usable as a part of a cache key. Axes are non-negative and ascending. */
public final class Axes {
    private final int[] axes;

    private Axes(int[] axes) {
        this.axes = axes;
    }

    /** Makes a list of axes; sorts a copy. */
    public static Axes of(int... axes) {
        int[] sorted = axes.clone();
        Arrays.sort(sorted);
        return new Axes(sorted);
    }

    /** Makes the list of all axes of a rank. */
    public static Axes all(int rank) {
        int[] axes = new int[rank];
        Arrays.setAll(axes, i -> i);
        return new Axes(axes);
    }

    /** {@return a copy of the axes} */
    public int[] toArray() {
        return axes.clone();
    }

    /** {@return how many axes are listed} */
    public int count() {
        return axes.length;
    }

    /** {@return whether {@code axis} is listed} */
    public boolean contains(int axis) {
        return Arrays.binarySearch(axes, axis) >= 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Axes that && Arrays.equals(axes, that.axes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(axes);
    }

    @Override
    public String toString() {
        return Arrays.toString(axes);
    }
}
