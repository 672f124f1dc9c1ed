package dev.lockstep.testkit.property;

import dev.lockstep.tensor.Tensor;
import java.util.random.RandomGenerator;

/**
 * A view drawn step by step, as a tensor and as its model. Immutable.
 *
 * @param tensor the engine's
 * @param places the model's
 * @param text how it was made, for messages
 */
record RandomView(Tensor tensor, Places places, String text) {
    private static final int KINDS = 9;
    private static final int MOST_ELEMENTS = 200;

    /** {@return a base as a view of itself} */
    static RandomView of(Tensor base) {
        int[] sizes = new int[base.rank()];
        for (int axis = 0; axis < sizes.length; axis++) {
            sizes[axis] = (int) base.size(axis);
        }
        return new RandomView(base, Places.of(sizes), "base" + base.shape());
    }

    /** {@return a view of some more steps} */
    RandomView steps(int count, RandomGenerator random) {
        RandomView view = this;
        for (int i = 0; i < count; i++) {
            view = view.step(random);
        }
        return view;
    }

    private RandomView step(RandomGenerator random) {
        int kind = random.nextInt(KINDS);
        if (places.rank() == 0 || kind == 0) {
            return unsqueeze(random.nextInt(places.rank() + 1));
        }
        int axis = random.nextInt(places.rank());
        int other = random.nextInt(places.rank());
        int start = random.nextInt(places.size(axis) + 1);
        int length = places.size(axis) - start;
        return switch (kind) {
            case 1 -> narrow(axis, start, length == 0 ? 0 : random.nextInt(1, length + 1));
            case 2 -> start == places.size(axis) ? this : select(axis, start);
            case 3 -> slice(axis, start, 1 + random.nextInt(3));
            case 4 -> transpose(axis, other);
            case 5 -> places.size(axis) == 1 ? squeeze(axis) : this;
            case 6 -> places.size(axis) == 1 ? expand(axis, 1 + random.nextInt(3)) : this;
            case 7 -> axis == other ? this : diagonal(axis, other);
            default -> length == 0 ? this : unfold(axis, length, 1 + random.nextInt(2));
        };
    }

    private RandomView of(Tensor next, Places shown, String step) {
        return shown.count() > MOST_ELEMENTS ? this : new RandomView(next, shown, text + "." + step);
    }

    private RandomView unsqueeze(int axis) {
        Places shown = places.view(inserted(places.sizes(), axis, 1), at -> without(at, axis));
        return of(tensor.unsqueeze(axis), shown, "unsqueeze(" + axis + ")");
    }

    private RandomView squeeze(int axis) {
        Places shown = places.view(without(places.sizes(), axis), at -> inserted(at, axis, 0));
        return of(tensor.squeeze(axis), shown, "squeeze(" + axis + ")");
    }

    private RandomView narrow(int axis, int start, int length) {
        Places shown = places.view(changed(places.sizes(), axis, length), at -> changed(at, axis, at[axis] + start));
        return of(tensor.narrow(axis, start, length), shown, "narrow(" + axis + ", " + start + ", " + length + ")");
    }

    private RandomView select(int axis, int index) {
        Places shown = places.view(without(places.sizes(), axis), at -> inserted(at, axis, index));
        return of(tensor.select(axis, index), shown, "select(" + axis + ", " + index + ")");
    }

    private RandomView slice(int axis, int start, int step) {
        int end = places.size(axis);
        int[] sizes = changed(places.sizes(), axis, Math.ceilDiv(end - start, step));
        Places shown = places.view(sizes, at -> changed(at, axis, start + at[axis] * step));
        return of(tensor.slice(axis, start, end, step), shown, "slice(" + axis + ", " + start + ", end, " + step + ")");
    }

    private RandomView transpose(int a, int b) {
        Places shown = places.view(swapped(places.sizes(), a, b), at -> swapped(at, a, b));
        return of(tensor.transpose(a, b), shown, "transpose(" + a + ", " + b + ")");
    }

    private RandomView expand(int axis, int times) {
        int[] sizes = changed(places.sizes(), axis, times);
        Places shown = places.view(sizes, at -> changed(at, axis, 0));
        return of(tensor.expand(shown.longSizes()), shown, "expand(" + axis + " to " + times + ")");
    }

    /** The diagonal becomes the last axis. */
    private RandomView diagonal(int a, int b) {
        int first = Math.min(a, b);
        int second = Math.max(a, b);
        int[] rest = without(without(places.sizes(), second), first);
        int length = Math.min(places.size(a), places.size(b));
        Places shown = places.view(inserted(rest, rest.length, length), at -> {
            int along = at[at.length - 1];
            return inserted(inserted(without(at, at.length - 1), first, along), second, along);
        });
        return of(tensor.diagonal(0, a, b), shown, "diagonal(" + a + ", " + b + ")");
    }

    /** The window becomes the last axis. */
    private RandomView unfold(int axis, int size, int step) {
        int[] sizes = changed(places.sizes(), axis, (places.size(axis) - size) / step + 1);
        Places shown = places.view(inserted(sizes, sizes.length, size), at -> {
            int inside = at[at.length - 1];
            return changed(without(at, at.length - 1), axis, at[axis] * step + inside);
        });
        return of(tensor.unfold(axis, size, step), shown, "unfold(" + axis + ", " + size + ", " + step + ")");
    }

    private static int[] inserted(int[] numbers, int axis, int number) {
        int[] more = new int[numbers.length + 1];
        System.arraycopy(numbers, 0, more, 0, axis);
        more[axis] = number;
        System.arraycopy(numbers, axis, more, axis + 1, numbers.length - axis);
        return more;
    }

    private static int[] without(int[] numbers, int axis) {
        int[] less = new int[numbers.length - 1];
        System.arraycopy(numbers, 0, less, 0, axis);
        System.arraycopy(numbers, axis + 1, less, axis, less.length - axis);
        return less;
    }

    private static int[] changed(int[] numbers, int axis, int number) {
        int[] other = numbers.clone();
        other[axis] = number;
        return other;
    }

    private static int[] swapped(int[] numbers, int a, int b) {
        int[] other = changed(numbers, a, numbers[b]);
        other[b] = numbers[a];
        return other;
    }
}
