package dev.lockstep.tensor;

import dev.lockstep.layout.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What stands at one place between the brackets of an indexed tensor:
 *
 * <pre>{@code
 * x.get(at(0), all(), range(1, 3))       // x[0, :, 1:3], a view
 * x.get(ellipsis(), newAxis())           // x[..., None], a view
 * x.get(where(mask))                     // x[mask], a copy
 * x.set(0, all(), at(-1))                // x[:, -1] = 0
 * }</pre>
 */
public sealed interface Index {
    /** One element of an axis, which is dropped; a negative place counts from the end. */
    record At(long place) implements Index {}

    /** A part of an axis, with bounds as Python's slices. */
    record Range(long start, long end, long step) implements Index {}

    /** All axes that nothing else names. At most once. */
    record Ellipsis() implements Index {}

    /** A new axis of size 1. */
    record NewAxis() implements Index {}

    /** Elements by number (I64), or where a mask (BOOL) holds; gives a copy. At most one of several indexes. */
    record By(Tensor tensor) implements Index {}

    /** {@return one element of an axis} */
    static Index at(long place) {
        return new At(place);
    }

    /** {@return a whole axis} */
    static Index all() {
        return new Range(0, Long.MAX_VALUE, 1);
    }

    /** {@return the elements {@code start} (inclusive) to {@code end} (exclusive) of an axis} */
    static Index range(long start, long end) {
        return new Range(start, end, 1);
    }

    /** {@return every {@code step}-th element of a part of an axis} */
    static Index range(long start, long end, long step) {
        return new Range(start, end, step);
    }

    /** {@return all axes that nothing else names} */
    static Index ellipsis() {
        return new Ellipsis();
    }

    /** {@return a new axis of size 1} */
    static Index newAxis() {
        return new NewAxis();
    }

    /** {@return the elements of an axis that a tensor of numbers names} */
    static Index by(Tensor numbers) {
        return new By(numbers);
    }

    /** {@return the elements where a mask over as many axes as it has holds} */
    static Index where(Tensor mask) {
        return new By(mask);
    }

    /** Reads the inside of Python's brackets: numbers, slices, {@code ...} and {@code None}, separated by commas. */
    static Index[] parse(String python) {
        return Arrays.stream(python.split(",", -1))
                .map(part -> one(part.strip(), python))
                .toArray(Index[]::new);
    }

    private static Index one(String part, String all) {
        if (part.equals("...")) {
            return ellipsis();
        }
        if (part.equals("None")) {
            return newAxis();
        }
        try {
            String[] bounds = part.split(":", -1);
            return switch (bounds.length) {
                case 1 -> at(Long.parseLong(part));
                case 2 -> range(number(bounds[0], 0), number(bounds[1], Long.MAX_VALUE));
                case 3 -> range(number(bounds[0], 0), number(bounds[1], Long.MAX_VALUE), number(bounds[2], 1));
                default -> throw new NumberFormatException(part);
            };
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "index: '" + part + "' in '" + all + "' is no number, slice, ... or None", e);
        }
    }

    private static long number(String text, long absent) {
        return text.isBlank() ? absent : Long.parseLong(text.strip());
    }

    /** Sees or takes the part of a tensor. */
    static Tensor get(Tensor x, Index... indexes) {
        Tensor part = x;
        int axis = 0;
        for (Index index : spelledOut(x, indexes)) {
            switch (index) {
                case At(long place) -> part = part.select(axis, place);
                case Range(long start, long end, long step) -> part = part.slice(axis++, start, end, step);
                case NewAxis() -> part = part.unsqueeze(axis++);
                case By(Tensor tensor) -> {
                    part = taken(part, axis, tensor);
                    axis += tensor.dtype() == DType.BOOL ? 1 : tensor.rank();
                }
                case Ellipsis() -> throw new AssertionError("spelled out before");
            }
        }
        return part;
    }

    private static Tensor taken(Tensor x, int axis, Tensor index) {
        int covered = index.dtype() == DType.BOOL ? index.rank() : 1;
        int[] front = new int[covered];
        int[] there = new int[covered];
        for (int i = 0; i < covered; i++) {
            front[i] = i;
            there[i] = axis + i;
        }
        Tensor turned = axis == 0 ? x : x.movedim(there, front);
        Tensor read = IndexingOps.indexGet(turned, numbers(index));
        int added = index.dtype() == DType.BOOL ? 1 : index.rank();
        int[] now = new int[added];
        int[] back = new int[added];
        for (int i = 0; i < added; i++) {
            now[i] = i;
            back[i] = axis + i;
        }
        return axis == 0 ? read : read.movedim(now, back);
    }

    /** {@return the numbers of an index, or the places where a mask holds, one tensor an axis} */
    private static Tensor[] numbers(Tensor index) {
        return index.dtype() == DType.BOOL ? index.nonzero().unbind(1).toArray(Tensor[]::new) : new Tensor[] {index};
    }

    /** Writes into the part of a tensor. */
    static Tensor set(Tensor x, Tensor value, Index... indexes) {
        for (Index index : indexes) {
            if (index instanceof By) {
                return InPlaceOps.replace("set", x, value, old -> written(old, value, indexes));
            }
        }
        if (!x.isRecorded() && !value.isRecorded()) {
            try (var _ = Scope.open("set")) {
                get(x, indexes).copy_(value);
            }
            return x;
        }
        return InPlaceOps.replace("set", x, value, old -> written(old, value, indexes));
    }

    /** Finds where in the flattened tensor the part lies, by taking the same part of the places, and writes there. */
    private static Tensor written(Tensor x, Tensor value, Index... indexes) {
        Tensor places = get(Tensors.arange(x.numel()).reshape(x.shape()), indexes);
        Tensor source = value.to(x.dtype()).expandAs(places).reshape(-1);
        return x.flatten().scatter(0, places.reshape(-1), source).reshape(x.shape());
    }

    private static List<Index> spelledOut(Tensor x, Index... indexes) {
        int named = 0;
        int tensors = 0;
        for (Index index : indexes) {
            named += switch (index) {
                case At _, Range _ -> 1;
                case Ellipsis _, NewAxis _ -> 0;
                case By(Tensor tensor) -> tensor.dtype() == DType.BOOL ? tensor.rank() : 1;
            };
            tensors += index instanceof By ? 1 : 0;
        }
        if (named > x.rank() || tensors > 1) {
            throw Engine.wrong("index: " + Arrays.toString(indexes) + " does not fit " + x.shape()
                    + (tensors > 1 ? "; for several tensors use indexPut or take" : ""));
        }
        List<Index> all = new ArrayList<>();
        boolean open = false;
        for (Index index : indexes) {
            if (index instanceof Ellipsis) {
                if (open) {
                    throw Engine.wrong("index: two ellipses in " + Arrays.toString(indexes));
                }
                open = true;
                for (int i = named; i < x.rank(); i++) {
                    all.add(all());
                }
            } else {
                all.add(index);
            }
        }
        return all;
    }
}
