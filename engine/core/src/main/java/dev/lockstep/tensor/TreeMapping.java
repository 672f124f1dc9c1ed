package dev.lockstep.tensor;

import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Makes a tree of tensors anew with other tensors in it; what stays the same is not copied. */
record TreeMapping(UnaryOperator<Tensor> change) {
    @Nullable
    Object apply(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case Tensor tensor -> change.apply(tensor);
            case List<?> list -> ofList(list);
            case Map<?, ?> map -> ofMap(map);
            case Optional<?> optional -> optional.map(this::apply);
            case Object[] array -> ofArray(array);
            case Record tuple -> ofRecord(tuple);
            default -> value;
        };
    }

    private List<?> ofList(List<?> list) {
        List<@Nullable Object> changed = new ArrayList<>();
        list.forEach(element -> changed.add(apply(element)));
        return list.equals(changed) ? list : Collections.unmodifiableList(changed);
    }

    private Map<?, ?> ofMap(Map<?, ?> map) {
        Map<Object, @Nullable Object> changed = new LinkedHashMap<>();
        map.forEach((key, element) -> changed.put(key, apply(element)));
        return map.equals(changed) ? map : Collections.unmodifiableMap(changed);
    }

    private @Nullable Object[] ofArray(@Nullable Object[] array) {
        @Nullable Object[] changed = array.clone();
        Arrays.setAll(changed, k -> apply(array[k]));
        return Arrays.equals(array, changed) ? array : changed;
    }

    private Record ofRecord(Record tuple) {
        RecordComponent[] components = TensorTree.components(tuple);
        @Nullable Object[] taken = new Object[components.length];
        Arrays.setAll(taken, k -> TensorTree.read(components[k], tuple));
        @Nullable Object[] changed = new Object[components.length];
        Arrays.setAll(changed, k -> apply(taken[k]));
        return Arrays.equals(taken, changed) ? tuple : made(tuple.getClass(), components, changed);
    }

    private static Record made(Class<? extends Record> type, RecordComponent[] components, @Nullable Object... values) {
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            Constructor<? extends Record> canonical = type.getDeclaredConstructor(types);
            canonical.setAccessible(true);
            return canonical.newInstance(values);
        } catch (ReflectiveOperationException failure) {
            throw new IllegalArgumentException("tensor tree: cannot make another " + type.getName(), failure);
        }
    }
}
