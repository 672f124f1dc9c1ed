package dev.lockstep.data;

import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Joins samples to a batch of the same form: tensors of one shape are stacked along a new first axis, and records,
 * lists and maps of tensors are joined part by part, at any depth. A batch of {@code record Sample(Tensor x, Tensor y)}
 * is a {@code Sample} again, with x [N, ...] and y [N, ...].
 */
public final class Collate {
    private Collate() {}

    /**
     * Joins samples.
     *
     * @throws IllegalArgumentException if there is none, their forms or shapes differ, or there is anything but tensors
     *     in them: numbers and texts need a function of one's own
     */
    @SuppressWarnings("unchecked") // A record is joined to the same record, a tensor to a tensor, and so on.
    public static <S> S stack(List<S> samples) {
        if (samples.isEmpty()) {
            throw new IllegalArgumentException("collate: no samples to join");
        }
        return (S) stack(samples, "sample");
    }

    private static Object stack(List<?> parts, String path) {
        Object first = parts.getFirst();
        return switch (first) {
            case Tensor _ -> tensors(parts, path);
            case Record _ -> records(parts, path);
            case List<?> list -> lists(parts, list.size(), path);
            case Map<?, ?> map -> maps(parts, map, path);
            default ->
                throw new IllegalArgumentException("collate: " + path + " is a "
                        + first.getClass().getSimpleName()
                        + ": only tensors are joined, in records, lists and maps; give a function of your own");
        };
    }

    private static Tensor tensors(List<?> parts, String path) {
        List<Tensor> tensors = all(parts, Tensor.class, path);
        Tensor first = tensors.getFirst();
        for (int i = 1; i < tensors.size(); i++) {
            Tensor other = tensors.get(i);
            if (!other.shape().equals(first.shape()) || other.dtype() != first.dtype()) {
                throw new IllegalArgumentException("collate: " + path + " is " + first.dtype() + first.shape()
                        + " in sample 0 and " + other.dtype() + other.shape() + " in sample " + i
                        + "; pad them (Sequences.padSequence) in a function of your own");
            }
        }
        return Tensors.stack(tensors, 0);
    }

    private static Record records(List<?> parts, String path) {
        Class<?> type = parts.getFirst().getClass();
        List<?> records = all(parts, type, path);
        RecordComponent[] components = type.getRecordComponents();
        Object[] joined = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            RecordComponent component = components[i];
            List<Object> column = column(records, record -> read(component, record));
            joined[i] = stack(column, path + "." + component.getName());
        }
        return make(type, components, joined);
    }

    private static List<Object> lists(List<?> parts, int size, String path) {
        List<Object> joined = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            int index = i;
            joined.add(stack(
                    column(parts, part -> {
                        if (part instanceof List<?> list && list.size() == size) {
                            return list.get(index);
                        }
                        throw differ(path);
                    }),
                    path + "[" + i + "]"));
        }
        return joined;
    }

    private static Map<Object, Object> maps(List<?> parts, Map<?, ?> first, String path) {
        Map<Object, Object> joined = new LinkedHashMap<>();
        for (Object key : first.keySet()) {
            List<Object> column = column(parts, part -> {
                Object value = part instanceof Map<?, ?> map && map.size() == first.size() ? map.get(key) : null;
                if (value == null) {
                    throw differ(path);
                }
                return value;
            });
            joined.put(key, stack(column, path + "." + key));
        }
        return joined;
    }

    private static List<Object> column(List<?> parts, Function<Object, Object> part) {
        List<Object> column = new ArrayList<>();
        parts.forEach(sample -> column.add(part.apply(sample)));
        return column;
    }

    private static <T> List<T> all(List<?> parts, Class<T> type, String path) {
        List<T> cast = new ArrayList<>();
        for (Object part : parts) {
            if (!type.isInstance(part)) {
                throw differ(path);
            }
            cast.add(type.cast(part));
        }
        return cast;
    }

    private static IllegalArgumentException differ(String path) {
        return new IllegalArgumentException("collate: " + path + " has not the same form in all samples");
    }

    private static Object read(RecordComponent component, Object record) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(record);
        } catch (IllegalAccessException | InvocationTargetException failure) {
            throw new IllegalArgumentException("collate: cannot read " + component, failure);
        }
    }

    private static Record make(Class<?> type, RecordComponent[] components, Object[] values) {
        try {
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return (Record) constructor.newInstance(values);
        } catch (ReflectiveOperationException failure) {
            throw new IllegalArgumentException("collate: cannot make a " + type.getSimpleName(), failure);
        }
    }
}
