package dev.lockstep.serialization;

import dev.lockstep.layout.DType;
import dev.lockstep.serialization.PickleReader.PickleException;
import dev.lockstep.serialization.PickleReader.Tuple;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Turns what a pickle made into plain objects: maps, lists, strings, longs, doubles, bools, empty optionals for None,
 * dtypes, tensors. In a pickle one object may stand in many places, so that few bytes unfold to more objects than any
 * memory holds, or to a cycle: both are refused.
 */
final class PickledObjects {
    private static final int DEPTH_MAX = 100;
    private static final long OBJECTS_MIN = 10_000;

    private final Function<PickledTensor, Object> tensors;
    private long left;

    /**
     * Makes a converter.
     *
     * @param objectsMax how many objects there may be, unless they are few
     * @param tensors makes what stands for a tensor
     */
    PickledObjects(long objectsMax, Function<PickledTensor, Object> tensors) {
        this.left = Math.max(OBJECTS_MIN, objectsMax);
        this.tensors = tensors;
    }

    Object convert(Object found) {
        return convert(found, 0);
    }

    private Object convert(Object found, int depth) {
        if (--left < 0 || depth > DEPTH_MAX) {
            throw new PickleException("objects are nested deeper than " + DEPTH_MAX
                    + ", or unfold to more than the file has bytes for: refused");
        }
        return switch (found) {
            case PickledTensor tensor -> tensors.apply(tensor);
            case Tuple(List<Object> items) -> list(items, depth);
            case List<?> items -> list(items, depth);
            case Map<?, ?> pairs -> map(pairs, depth);
            case String text -> text;
            case Long number -> number;
            case Double number -> number;
            case Boolean truth -> truth;
            case Optional<?> none -> none;
            case DType dtype -> dtype;
            case PickleGlobal.TypeName(DType dtype) -> dtype;
            default -> throw new PickleException("a storage or function stands where a value should");
        };
    }

    private Object list(List<?> items, int depth) {
        List<Object> made = new ArrayList<>();
        for (Object item : items) {
            made.add(convert(item, depth + 1));
        }
        return Collections.unmodifiableList(made);
    }

    private Object map(Map<?, ?> pairs, int depth) {
        Map<Object, Object> made = new LinkedHashMap<>();
        pairs.forEach((key, value) -> made.put(key, convert(value, depth + 1)));
        return Collections.unmodifiableMap(made);
    }
}
