package dev.lockstep.testkit.property;

import java.util.Arrays;
import java.util.function.UnaryOperator;

/**
 * The model of a view: which element of the base stands at each of its places, in C order. Knows neither strides nor
 * offsets. Immutable.
 */
final class Places {
    private final int[] sizes;
    private final int[] elements;

    private Places(int[] sizes, int[] elements) {
        this.sizes = sizes;
        this.elements = elements;
    }

    /** {@return a base itself} */
    static Places of(int... sizes) {
        int[] elements = new int[count(sizes)];
        Arrays.setAll(elements, i -> i);
        return new Places(sizes.clone(), elements);
    }

    private static int count(int... sizes) {
        return Arrays.stream(sizes).reduce(1, (a, b) -> a * b);
    }

    int rank() {
        return sizes.length;
    }

    int size(int axis) {
        return sizes[axis];
    }

    int count() {
        return elements.length;
    }

    int[] sizes() {
        return sizes.clone();
    }

    long[] longSizes() {
        return Arrays.stream(sizes).asLongStream().toArray();
    }

    /** {@return the element of the base at a place} */
    int element(int place) {
        return elements[place];
    }

    /** {@return whether two places show one element} */
    boolean overlaps() {
        return Arrays.stream(elements).distinct().count() < elements.length;
    }

    /** {@return a view of this one} {@code from} brings a coordinate of it to the one here that it shows. */
    Places view(int[] newSizes, UnaryOperator<int[]> from) {
        int[] shown = new int[count(newSizes)];
        for (int place = 0; place < shown.length; place++) {
            shown[place] = elements[place(from.apply(coordinate(place, newSizes)))];
        }
        return new Places(newSizes, shown);
    }

    /** {@return the element that a place of a larger, broadcast shape shows} */
    int broadcast(int place, int... larger) {
        int[] whole = coordinate(place, larger);
        int[] mine = new int[sizes.length];
        for (int axis = 0; axis < sizes.length; axis++) {
            mine[axis] = sizes[axis] == 1 ? 0 : whole[axis + larger.length - sizes.length];
        }
        return elements[place(mine)];
    }

    private int place(int... coordinate) {
        int place = 0;
        for (int axis = 0; axis < sizes.length; axis++) {
            place = place * sizes[axis] + coordinate[axis];
        }
        return place;
    }

    private static int[] coordinate(int place, int... sizes) {
        int[] coordinate = new int[sizes.length];
        int rest = place;
        for (int axis = sizes.length - 1; axis >= 0; axis--) {
            coordinate[axis] = rest % sizes[axis];
            rest /= sizes[axis];
        }
        return coordinate;
    }
}
